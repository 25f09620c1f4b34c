import { useState, type ReactNode } from 'react';
import type { Card } from '../../engine/protocol/index';
import { parseCard } from '../../data/card';
import { decimal } from '../../base/number-text';
import { toPlainError, type PlainError } from '../../base/errors';
import type { TermId } from '../glossary';
import { Help } from '../parts/help';
import { Segmented } from '../parts/segmented';
import { FormError } from './form-error';

interface CardFormProps {
  readonly card: Card;
  readonly busy: boolean;
  readonly onApply: (card: Card) => void;
}

/** The evaluation card as fields: how a sample becomes the model's input. value = (pixel · scale − mean) / std. */
export function CardForm({ card, busy, onApply }: CardFormProps) {
  const [draft, setDraft] = useState(() => draftOf(card));
  const [error, setError] = useState<PlainError | null>(null);
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const apply = (): void => {
    try {
      onApply(parseCard(cardOf(card, draft)));
      setError(null);
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  return (
    <form
      className="card-form"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      {draft.input && <InputFields input={draft.input} onChange={(input) => set({ input })} />}
      <TextField
        label="Label offset"
        terms={['offset']}
        value={draft.offset}
        onChange={(offset) => set({ offset })}
        help="Added to a label to get the class index."
      />
      <FormError error={error} />
      <p className="panel-actions">
        <button type="submit" className="button" disabled={busy}>
          Apply
        </button>
        <button type="button" className="button plain" onClick={() => void navigator.clipboard.writeText(JSON.stringify(card, null, 2))}>
          Copy as card.json
        </button>
      </p>
    </form>
  );
}

interface InputDraft {
  readonly layout: string;
  readonly height: string;
  readonly width: string;
  readonly resizeShorter: string;
  readonly channels: string;
  readonly scale: string;
  readonly mean: string;
  readonly std: string;
}

/** What is typed, valid or not; null input: recorded tensors, which are fed as they are. */
interface Draft {
  readonly input: InputDraft | null;
  readonly offset: string;
}

function draftOf(card: Card): Draft {
  const input = card.format === 'tensors' ? null : card.input;
  return {
    input: input && {
      layout: input.layout,
      height: String(input.size[0]),
      width: String(input.size[1]),
      resizeShorter: String(input.resizeShorter ?? ''),
      channels: input.channels,
      scale: String(input.scale),
      mean: input.mean.join(', '),
      std: input.std.join(', '),
    },
    offset: String(card.labels?.offset ?? 0),
  };
}

/** The card as JSON, to be checked by its own parser, which names a field that is wrong. */
function cardOf(card: Card, { input, offset }: Draft): unknown {
  const labels = { ...card.labels, offset: numberOr(offset) };
  return {
    ...card,
    labels: labels.offset === 0 && card.labels === undefined ? undefined : labels,
    ...(input && {
      input: {
        layout: input.layout,
        size: [numberOr(input.height), numberOr(input.width)],
        resizeShorter: input.resizeShorter.trim() === '' ? undefined : numberOr(input.resizeShorter),
        channels: input.channels,
        scale: numberOr(input.scale),
        mean: numbers(input.mean),
        std: numbers(input.std),
      },
    }),
  };
}

/** The number, or the text itself for the parser to refuse by name. */
function numberOr(text: string): number | string {
  return decimal(text) ?? text;
}

function numbers(text: string): (number | string)[] {
  return text.split(',').map((part) => numberOr(part.trim()));
}

const LAYOUTS = ['NCHW', 'NHWC'].map((value) => ({ value, label: value }));
const CHANNELS = ['RGB', 'BGR', 'L'].map((value) => ({ value, label: value === 'L' ? 'Grey' : value }));

function InputFields({ input, onChange }: { readonly input: InputDraft; readonly onChange: (input: InputDraft) => void }) {
  const set = (change: Partial<InputDraft>): void => onChange({ ...input, ...change });
  return (
    <>
      <Row label="Layout">
        <Segmented label="Layout" value={input.layout} choices={LAYOUTS} onChange={(layout) => set({ layout })} />
      </Row>
      <Row label="Channels">
        <Segmented label="Channels" value={input.channels} choices={CHANNELS} onChange={(channels) => set({ channels })} />
      </Row>
      <TextField label="Height" value={input.height} onChange={(height) => set({ height })} />
      <TextField label="Width" value={input.width} onChange={(width) => set({ width })} />
      <TextField
        label="Shorter side first"
        value={input.resizeShorter}
        onChange={(resizeShorter) => set({ resizeShorter })}
        help="Resize the shorter side to this, then crop the centre. Empty: straight to the size."
      />
      <TextField label="Scale" value={input.scale} onChange={(scale) => set({ scale })} />
      <TextField label="Mean" value={input.mean} onChange={(mean) => set({ mean })} help="One number, or one for each channel." />
      <TextField label="Std" value={input.std} onChange={(std) => set({ std })} help="One number, or one for each channel." />
    </>
  );
}

const NO_TERMS: readonly TermId[] = [];

function TextField({
  label,
  value,
  onChange,
  help,
  terms = NO_TERMS,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: string;
  readonly terms?: readonly TermId[];
}) {
  return (
    <div className="option">
      {help === undefined ? (
        <span>{label}</span>
      ) : (
        <Help about={label} terms={terms} trigger={label}>
          <p>{help}</p>
        </Help>
      )}
      <input className="field" aria-label={label} value={value} onChange={({ target }) => onChange(target.value)} />
    </div>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="option">
      <span>{label}</span>
      {children}
    </div>
  );
}
