// All that SST takes from version 2 of the AWS SDK: a switch that silences its farewell.
module.exports = { suppress: true };
