import type { Dimension } from '../../../contract/query.ts'

/** One panel of the overview: its tabs in order, the first one shown unless the address says otherwise. */
export type PanelShape = { name: string; key: string; tabs: readonly PanelTab[] }
export type PanelTab = { dimension: Dimension; label: string; group?: string }

/** The panels of the overview. `group` puts several dimensions behind one tab with a second choice. */
export const panels: readonly PanelShape[] = [
  {
    name: 'Where visitors come from',
    key: 'from',
    tabs: [
      { dimension: 'visit:source', label: 'Sources' },
      { dimension: 'visit:channel', label: 'Channels' },
      { dimension: 'visit:utm_campaign', label: 'Campaign', group: 'Campaigns' },
      { dimension: 'visit:utm_source', label: 'Source', group: 'Campaigns' },
      { dimension: 'visit:utm_medium', label: 'Medium', group: 'Campaigns' },
      { dimension: 'visit:utm_content', label: 'Content', group: 'Campaigns' },
      { dimension: 'visit:utm_term', label: 'Term', group: 'Campaigns' },
      { dimension: 'visit:referrer', label: 'Referrers' },
    ],
  },
  {
    name: 'What they look at',
    key: 'pages',
    tabs: [
      { dimension: 'event:page', label: 'Pages' },
      { dimension: 'visit:entry_page', label: 'Entry' },
      { dimension: 'visit:exit_page', label: 'Exit' },
    ],
  },
  {
    name: 'Where they are',
    key: 'places',
    tabs: [
      { dimension: 'visit:country', label: 'Countries' },
      { dimension: 'visit:region', label: 'Regions' },
      { dimension: 'visit:city', label: 'Cities' },
    ],
  },
  {
    name: 'What they use',
    key: 'tech',
    tabs: [
      { dimension: 'visit:browser', label: 'Browsers' },
      { dimension: 'visit:os', label: 'Systems' },
      { dimension: 'visit:device', label: 'Devices' },
    ],
  },
]

/** The dimensions that a filter can be built on by hand, in the order of the menu. */
export const filterDimensions = [
  'visit:source',
  'visit:channel',
  'visit:referrer',
  'event:page',
  'visit:entry_page',
  'visit:exit_page',
  'visit:country',
  'visit:region',
  'visit:city',
  'visit:browser',
  'visit:os',
  'visit:device',
  'visit:utm_campaign',
  'visit:utm_source',
  'visit:utm_medium',
  'visit:utm_content',
  'visit:utm_term',
] as const satisfies readonly Dimension[]
