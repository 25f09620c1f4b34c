export { answersOf } from './answers';
export { FORMS, kindOfName, reportName, type ReportKind } from './forms';
export { reportOf } from './report';
export { truthLines } from './truth-lines';
export type { Asked, Report, Results, Tried } from './types';
