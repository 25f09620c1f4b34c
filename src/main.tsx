import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followAddress } from './state/address';
import { installAutomation } from './state/automation';
import { followCauses } from './state/causes';
import { followSliders } from './state/pipeline';
import { followEvidence } from './state/truth';
import { askBeforeLeaving } from './state/unsaved';
import { followTheme } from './state/view';
import { App } from './ui/app';
import { Framed } from './ui/framed';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
followTheme();
// Within another page a click could be led to a button that is not seen. Where a host sends no header against frames, this is what refuses
// them.
const isFramed = window.top !== window;
if (!isFramed) {
  followCauses();
  followSliders();
  followEvidence();
  followAddress();
  askBeforeLeaving();
  installAutomation();
}
createRoot(root).render(<StrictMode>{isFramed ? <Framed /> : <App />}</StrictMode>);
