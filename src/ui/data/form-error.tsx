import type { PlainError } from '../../base/errors';

/** What is wrong with a form's values, above its buttons. */
export function FormError({ error }: { readonly error: PlainError | null }) {
  if (!error) return null;
  return (
    <p className="bad small" role="alert">
      {error.message} {error.remedy}
    </p>
  );
}
