/** Said of a figure that belongs to an earlier recipe; its dotted underline says the same to the eye. */
export const BEFORE_THIS_CHANGE = 'Before this change';
