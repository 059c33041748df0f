#include "tillcue/models/cold_start.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "log_linear.hpp"
#include "made.hpp"
#include "relatives.hpp"
#include "tillcue/models/calibration.hpp"
#include "tillcue/models/cold_measure.hpp"
#include "tillcue/models/pipeline.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// 600 baskets: coffees with milk, teas with lemon, each also with noise; "new tea" and "lone thing" are never sold.
std::vector<std::vector<std::string>> baskets() {
  std::vector<std::vector<std::string>> all;
  for (std::uint64_t n = 0; n < 600; ++n) {
    std::vector<std::string> basket{"noise" + std::to_string(mix(n) % 30)};
    if (n % 4 == 0) basket.insert(basket.end(), {"coffee" + std::to_string(n / 4 % 3), "milk"});
    if (n % 4 == 1) basket.insert(basket.end(), {"tea" + std::to_string(n / 4 % 3), "lemon"});
    all.push_back(basket);
  }
  return all;
}

Catalogue catalogue() {
  std::string text = "sku,name,category,brand\nmilk,Fresh milk,Dairy,\nlemon,Lemon,Fruit,\n";
  for (std::string const n : {"0", "1", "2"}) {
    text += "coffee" + n + ",Ground coffee No" + n + ",Hot drinks,Rook\ntea" + n + ",Black tea No" + n + ",Tea,Leaf\n";
  }
  text += "newtea,Black tea extra,Novelties,\nlone,Gizmo,Novelties,\nbycategory,Zzz,Tea,\n";
  BadRows bad;
  return read_catalogue(from_memory(text), "items.csv", 0, bad).value();
}

Ranker compile(ColdStartOptions const& cold, Catalogue const& items, unsigned threads = 1) {
  auto const counts = count(made::dataset(baskets()), 1);
  CompileOptions options;
  options.cold = cold;
  options.cold.threads = threads;
  std::vector<std::string> notes;
  auto const source = assemble(counts, train(counts, {}), items, {}, uncalibrated(0.1), options, notes);
  return Ranker::open(write_bundle(source).value()).value();
}

bool suggests(Ranker& ranker, std::string const& sku, std::string const& wanted) {
  std::vector const basket{ranker.bundle().find(sku)};
  auto const first = ranker.rank(basket, 1);
  return !first.empty() && ranker.bundle().item(first[0].item).sku == wanted;
}

}  // namespace

TEST_CASE("words of a name: small letters in two alphabets, each once, no single letters") {
  CHECK(words_of("Чай ЁЛКА чай 250 g") == std::vector<std::string>{"250", "чай", "ёлка"});
  CHECK(words_of("RED-Spotty red, x2!") == std::vector<std::string>{"red", "spotty", "x2"});
  CHECK(words_of("").empty());
}

TEST_CASE("an item never sold answers as items named like it do, and says that it is borrowed") {
  auto ranker = compile({}, catalogue());
  auto const& bundle = ranker.bundle();
  auto const item = bundle.find("newtea");
  REQUIRE(bundle.row(item).size() > 0);
  CHECK(bundle.has(item, ItemFlag::borrowed_row));
  CHECK(!bundle.has(bundle.find("tea0"), ItemFlag::borrowed_row));
  CHECK(suggests(ranker, "newtea", "lemon"));
  std::vector const basket{item};
  CHECK(ranker.rank(basket, 1)[0].reason.code == ReasonCode::category);
  auto without = compile({.borrow = false}, catalogue());
  CHECK(without.bundle().row(without.bundle().find("newtea")).size() == 0);
}

TEST_CASE(
    "borrowed rows that take the table beyond its budget, as it is written, are told; the budget is by items sold, for "
    "what was learned") {
  auto const made = [](bool borrow, double budget) {
    BuildOptions options;
    options.compile.cold.borrow = borrow;
    options.compile.cold.below = 1000;  // all borrow, so that all rows grow
    options.bytes_per_item = budget;
    return build(made::dataset(baskets()), catalogue(), {}, options).value();
  };
  auto const told = [](Built const& built) {
    return std::count_if(built.notes.begin(), built.notes.end(), [](std::string const& note) {
      return note.find(" bytes an item sold, more than --bytes-per-item, which") != std::string::npos &&
             note.find("on top of that come ") != std::string::npos &&
             note.find("borrowed by rarely sold items") != std::string::npos;
    });
  };
  auto const sold = static_cast<double>(count(made::dataset(baskets())).items_sold());
  auto const each = [sold](Built const& built) {
    auto const bundle = Bundle::from_bytes(built.bundle).value();
    CHECK(static_cast<double>(bundle.item_count()) > sold);  // what nobody bought takes its bytes and is no divisor
    return static_cast<double>(bundle.affinity_bytes()) / sold;
  };
  std::size_t beyond = 0;
  for (double budget = 10; budget <= 40; ++budget) {
    auto const built = made(true, budget);
    auto const bundle = Bundle::from_bytes(built.bundle).value();
    bool lent = false;
    for (std::uint32_t n = 0; n < bundle.item_count(); ++n)
      lent = lent || bundle.has(ItemIx{n}, ItemFlag::borrowed_row);
    CHECK(told(built) == (lent && each(built) >= budget + 0.05 ? 1 : 0));
    beyond += lent && each(built) >= budget + 0.05 ? 1 : 0;
  }
  CHECK(beyond > 0);
  auto const without = made(false, 10);
  CHECK(told(without) == 0);
}

TEST_CASE("an item named like nothing answers as its category does; one like nothing at all by popularity") {
  auto ranker = compile({}, catalogue());
  CHECK(suggests(ranker, "bycategory", "lemon"));
  auto const lone = ranker.bundle().find("lone");
  CHECK(ranker.bundle().row(lone).size() == 0);
  CHECK(!ranker.bundle().has(lone, ItemFlag::borrowed_row));
  std::vector const basket{lone};
  auto const answer = ranker.rank(basket, 5);
  CHECK(answer.size() == 5);
  CHECK(answer[0].reason.code == ReasonCode::popular);
}

TEST_CASE("without an items file nothing is borrowed: rows and intercepts are those learned") {
  auto const a = compile({}, {}), b = compile({.borrow = false}, {});
  for (std::uint32_t n = 0; n < a.bundle().item_count(); ++n) {
    CHECK(a.bundle().row(ItemIx{n}).size() == b.bundle().row(ItemIx{n}).size());
    CHECK(a.bundle().bias(ItemIx{n}) == b.bundle().bias(ItemIx{n}));
  }
}

TEST_CASE("a cold item is a little popular, never more than one that is just learned") {
  for (double const share : {0.0, 0.1, 1000.0}) {
    auto const ranker = compile({.target_share = share}, catalogue());
    auto const& bundle = ranker.bundle();
    auto const taken = bundle.bias(bundle.find("bycategory")) * bundle.info().score_unit;
    auto const most = std::pow(5 / 600.0, 0.9);
    CHECK(taken <= most * 1.01);
    if (share == 0) CHECK(taken == 0);
    if (share > 0) CHECK(taken > 0);
  }
}

TEST_CASE("borrowed rows do not depend on the number of threads") {
  auto const one = compile({}, catalogue(), 1), three = compile({}, catalogue(), 3);
  CHECK(std::equal(one.bundle().bytes().begin(), one.bundle().bytes().end(), three.bundle().bytes().begin(),
                   three.bundle().bytes().end()));
}

TEST_CASE("hidden items are found again by what resembles them, and the others keep their answers") {
  ColdMeasureOptions options;
  options.hide_share = 0.3;
  auto const result = measure_cold_start(made::dataset(baskets()), catalogue(), {}, options);
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  CHECK(result->hidden > 0);
  CHECK(result->only_queries > 0);
  CHECK(result->borrowing.only >= result->empty.only);
  // The other two differ by chance alone when nothing is to be learned from 78 questions: one or two of them.
  CHECK(result->full.only >= result->empty.only - 2.0 / static_cast<double>(result->only_queries));
  options.hide_share = 0;
  auto const nothing = measure_cold_start(made::dataset(baskets()), catalogue(), {}, options);
  REQUIRE_FALSE(nothing.has_value());
  CHECK(nothing.error().what.find("hidden item") != std::string::npos);
}

TEST_CASE("where a log-linear model is blended in, unsold items keep behind those that are bought") {
  auto const data = made::dataset(baskets());
  auto const counts = count(data, 1);
  auto const linear = train(counts, {});
  auto const weights = blend(linear, log_linear(counts, data, made::all_of(data), linear, 0.1), 0.5);
  for (bool const borrow : {true, false}) {
    CompileOptions options;
    options.cold.borrow = borrow;
    options.cold.log_linear = 0.5;
    std::vector<std::string> notes;
    auto const source = assemble(counts, weights, catalogue(), {}, uncalibrated(0.1), options, notes);
    auto ranker = Ranker::open(write_bundle(source).value()).value();
    auto const& bundle = ranker.bundle();
    auto const popular = ranker.rank({}, 10);
    for (auto const& suggestion : popular) {
      auto const sku = bundle.item(suggestion.item).sku;
      CHECK(sku != "newtea");
      CHECK(sku != "lone");
      CHECK(sku != "bycategory");
    }
    CHECK(bundle.bias(bundle.find("lone")) < bundle.bias(bundle.find("noise3")));
  }
}

TEST_CASE("baskets that count less than whole make an item no better known") {
  auto const data = made::dataset(baskets());
  auto const counts = [&](std::uint16_t weight) {
    std::vector<std::uint16_t> const weights(data.baskets(), weight);
    auto counted = count(data, made::all_of(data), weights, 1).value();
    counted.unit_bits = 8;
    return counted;
  };
  std::vector<std::string> notes;
  CompileOptions options;
  options.cold.below = 60;  // teas and coffees are sold in 50
  auto const compiled = [&](Counts const& counted) {
    return assemble(counted, train(counted, {}), catalogue(), {}, uncalibrated(0.1), options, notes);
  };
  auto const plain = compiled(count(data, 1)), whole = compiled(counts(256));
  auto const borrowed = [](BundleSource const& source) {
    return std::count_if(source.items.begin(), source.items.end(), [](auto const& item) {
      return (item.flags & static_cast<std::uint16_t>(ItemFlag::borrowed_row)) != 0;
    });
  };
  CHECK(borrowed(plain) > 2);
  CHECK(borrowed(whole) == borrowed(plain));
}
