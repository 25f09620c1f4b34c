import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadRecipeFromAddress } from './state/actions';
import { installAutomation } from './state/automation';
import { followSliders } from './state/pipeline';
import { followEvidence } from './state/truth';
import { followTheme } from './state/view';
import { App } from './ui/app';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
followTheme();
followSliders();
followEvidence();
loadRecipeFromAddress();
installAutomation();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
