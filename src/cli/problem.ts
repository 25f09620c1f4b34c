/** The caller's mistake: one line on the error output, exit code 2, nothing written. */
export class InputProblem extends Error {
  override readonly name = 'InputProblem';
}
