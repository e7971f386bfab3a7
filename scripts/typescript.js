// Lets Node run TypeScript as it stands, in worker threads too, which `--import tsx` does not do on Node 20.
import { register } from 'tsx/esm/api'

register()
