import { expect, test } from 'vitest';
import { FORMS, kindOfName, reportName } from './forms';
import { reportOf } from './report';
import { LEAST } from './testing/results';

test('the name chooses the form, and the form its name', () => {
  expect(['a.HTML', 'a.md', 'a.json', 'a', 'html'].map(kindOfName)).toEqual(['html', 'markdown', 'json', 'json', 'json']);
  expect(reportName('squeezenet1.1.onnx', 'html')).toBe('squeezenet1.1.report.html');
  expect(reportName('a.b', 'markdown')).toBe('a.b.report.md');
});

test('JSON is the report itself', () => {
  expect(JSON.parse(FORMS.json.write(reportOf(LEAST)))).toEqual(reportOf(LEAST));
});
