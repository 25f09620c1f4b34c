/** A name on one line. Where it does not fit, its start is cut: layers and files are told apart by how they end. The whole is its title. */
export function Name({ children }: { readonly children: string }) {
  return (
    <span className="name" title={children}>
      <bdi dir="ltr">{children}</bdi>
    </span>
  );
}
