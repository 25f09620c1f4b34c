export { answersOf } from './answers';
export { FORMS, kindOfName, reportName, type ReportKind } from './forms';
export { reportOf } from './report';
export type { Report, Results } from './types';
