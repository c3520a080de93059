/** The release of Redis whose answers these are: tests compare them, byte for byte. */
export const version = "7.0.15";
