/** In the place of a figure of the recipe on the sliders that is not there yet. */
export function Blank() {
  return (
    <>
      <span aria-hidden>…</span>
      <span className="visually-hidden">not known yet</span>
    </>
  );
}
