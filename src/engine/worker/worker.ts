/** The engine's worker: receives the page's calls. */
import { expose } from 'comlink';
import { createApi } from './api';
import { browserHost } from './browser-host';
import { Studio } from './studio';

expose(createApi(new Studio(browserHost())));
