"""The shop's category tree: department / group / leaf, 12 departments with 15 leaves each."""

from __future__ import annotations

_TREE = """
kitchen
  cookware: pans, pots, woks, kettles, casseroles
  tableware: plates, bowls, mugs, glasses, cutlery
  baking: tins, mixers, scales, whisks, ovenware
living
  seating: sofas, armchairs, poufs, benches, recliners
  tables: coffee-tables, side-tables, consoles, desks, nests
  light: floor-lamps, table-lamps, pendants, lanterns, bulbs
bedroom
  beds: frames, mattresses, headboards, bunks, daybeds
  bedding: duvets, pillows, sheets, blankets, throws
  storage: wardrobes, dressers, nightstands, chests, hooks
bath
  textiles: towels, bathmats, robes, curtains, cloths
  fittings: taps, showers, mirrors, rails, cabinets
  care: soaps, brushes, baskets, scales, candles
garden
  plants: seeds, bulbs, herbs, shrubs, trees
  tools: spades, rakes, shears, hoses, gloves
  outdoor: loungers, parasols, grills, planters, firepits
office
  paper: notebooks, planners, envelopes, labels, cards
  writing: pens, pencils, markers, inks, cases
  setup: chairs, lamps, stands, organisers, boards
kids
  toys: blocks, puzzles, dolls, trains, plushes
  room: cots, shelves, rugs, nightlights, canopies
  school: backpacks, lunchboxes, bottles, crayons, rulers
sport
  fitness: mats, weights, bands, rollers, ropes
  cycling: helmets, lights, locks, pumps, panniers
  camping: tents, stoves, sleeping-bags, torches, mugs
tools
  hand: hammers, pliers, saws, wrenches, levels
  power: drills, sanders, grinders, routers, planers
  supplies: screws, glues, tapes, paints, filters
pets
  dogs: leads, beds, bowls, treats, coats
  cats: scratchers, litter, tunnels, flaps, carriers
  others: aquariums, cages, hay, feeders, perches
audio
  listening: headphones, earbuds, speakers, radios, players
  making: microphones, keyboards, guitars, drums, strings
  parts: cables, adapters, batteries, sleeves, racks
travel
  bags: suitcases, duffels, totes, daypacks, pouches
  comfort: neck-pillows, eye-masks, blankets, socks, flasks
  carry: wallets, straps, tags, covers, umbrellas
"""


def leaf_paths() -> tuple[str, ...]:
    """The leaves' paths, `department/group/leaf`; the first of every department before the second of any."""
    departments: dict[str, list[str]] = {}
    for line in _TREE.strip().splitlines():
        if not line.startswith(" "):
            paths = departments[line] = []
            department = line
        else:
            group, _, leaves = line.strip().partition(": ")
            paths += [f"{department}/{group}/{leaf}" for leaf in leaves.split(", ")]
    return tuple(path for level in zip(*departments.values(), strict=True) for path in level)
