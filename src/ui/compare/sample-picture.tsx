import { formatCount } from '../../base/format';

/** A sample as a person can look at it. */
export function SamplePicture({ sample }: { readonly sample: number; readonly size: number }) {
  return <span className="sample-picture small quiet">#{formatCount(sample + 1)}</span>;
}
