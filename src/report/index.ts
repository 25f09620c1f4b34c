export { answersOf } from './answers';
export { FORMS, kindOfName, reportName, type ReportKind } from './forms';
export { comparedOf, reportOf } from './report';
export { truthLines } from './truth-lines';
export type { Asked, Compared, Report, Results, Tried } from './types';
