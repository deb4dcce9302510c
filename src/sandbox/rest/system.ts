import { emptyReply, jsonReply } from '../http.ts';
import type { Route } from './route.ts';

const STARTED = Math.floor(Date.now() / 1000);
const LOCAL = '^local://';
const VERSION = { version: 'dev', version_context: 'lakeFS' };

/** What clients ask before they start: health, configuration, who am I. */
export const systemRoutes: readonly Route[] = [
  { method: 'GET', path: '/healthcheck', handle: () => emptyReply(204) },
  {
    method: 'GET',
    path: '/user',
    handle: ({ lake }) =>
      jsonReply(200, { user: { creation_date: STARTED, email: '', friendly_name: '', id: lake.user } }),
  },
  { method: 'GET', path: '/config/version', handle: () => jsonReply(200, VERSION) },
  {
    method: 'GET',
    path: '/config',
    handle: () =>
      jsonReply(200, {
        capabilities_config: {},
        storage_config: {
          blockstore_description: '',
          blockstore_id: '',
          blockstore_namespace_ValidityRegex: LOCAL,
          blockstore_namespace_example: 'local://example-bucket/',
          blockstore_type: 'local',
          default_namespace_prefix: 'local://',
          import_support: false,
          import_validity_regex: LOCAL,
          pre_sign_multipart_upload: false,
          pre_sign_support: false,
          pre_sign_support_ui: false,
        },
        storage_config_list: [],
        ui_config: {},
        version_config: VERSION,
      }),
  },
];
