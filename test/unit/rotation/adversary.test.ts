import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { namedPlots } from "../../adversary/named.ts";
import { play } from "../../adversary/play.ts";
import { plotOf } from "../../adversary/plotting.ts";
import { connect } from "../../adversary/wire.ts";
