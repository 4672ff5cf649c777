// Types that several modules take.

@export()
@description('Tags of every resource; azd finds an installation by the second.')
type Tags = {
  project: string
  'azd-env-name': string
}
