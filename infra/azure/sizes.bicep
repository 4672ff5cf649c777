// How much of everything: the formulas of docs/deploy.md, which `python -m local size` works out as well.

@export()
@description('What the stores bring.')
type Demand = {
  @description('Stores that send events.')
  stores: int

  @description('Cameras in a store.')
  camerasPerStore: int

  @description('Visitors who come before one camera in the busiest hour.')
  visitorsPerHour: int

  @description('How long a visitor stays before the camera, seconds.')
  secondsInView: int

  @description('The edge module\'s TimeBetweenPicturesInSeconds.')
  secondsBetweenPictures: int

  @description('Lines and zones of a camera.')
  placesPerCamera: int
}

@export()
@description('What has to be bought.')
type Sizes = {
  @description('Tallies and traffic rows a second, in the busiest seconds.')
  peakEventsPerSecond: int

  @description('Event Hubs: 1,000 events/s, each.')
  throughputUnits: int

  @description('Stream Analytics V2 units in tenths: 3, 7, 10, 20 … 660.')
  streamingUnitTenths: int

  @description('IoT Hub S1: 400,000 messages a day, each.')
  deviceHubUnits: int
}

// One tally for each picture, which comes in bursts: twice the mean. A heartbeat a minute and at most one row for each
// place and quarter minute: that is the most there can be.
func peakEvents(demand Demand) int =>
  max(
    1,
    (demand.stores * demand.camerasPerStore * (demand.visitorsPerHour * (1 + demand.secondsInView / demand.secondsBetweenPictures) * 2 + 60 + 240 * demand.placesPerCamera) + 3599) / 3600
  )

func tenths(peak int) int => peak <= 750 ? 3 : (peak <= 1750 ? 7 : min(660, ((peak + 2499) / 2500) * 10))

@export()
@description('The sizes that fit a demand.')
func sizesFor(demand Demand) Sizes => {
  peakEventsPerSecond: peakEvents(demand)
  throughputUnits: min(40, (peakEvents(demand) + 999) / 1000)
  streamingUnitTenths: tenths(peakEvents(demand))
  deviceHubUnits: min(200, (demand.stores * demand.camerasPerStore * 2000 + 399999) / 400000)
}
