import { PreparationPanel, PresetSearchPanel } from './preparation';
import { SamplesPanel } from './samples-panel';
import '../styles/panels.css';

/** The samples that figures are measured on, and how they become the model's inputs. */
export default function Data() {
  return (
    <div className="panels" data-panel="data" tabIndex={-1}>
      <SamplesPanel />
      <PreparationPanel />
      <PresetSearchPanel />
    </div>
  );
}
