#include "tillcue/core/bundle_writer.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "core/surgery.hpp"

using namespace tillcue;

namespace {

struct Mistake {
  char const* named;  ///< what the error must say
  std::function<void(BundleSource&)> make;
};

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<Mistake> const kMistakes{
    {"SKU is empty", [](auto& s) { s.items[1].sku.clear(); }},
    {"SKU is longer than 64 bytes", [](auto& s) { s.items[1].sku = std::string(65, 'x'); }},
    {"SKU is not UTF-8", [](auto& s) { s.items[1].sku = "\xC3("; }},
    {"name is not UTF-8", [](auto& s) { s.items[1].name = "Caf\xE9"; }},
    {"name is longer than 4096 bytes", [](auto& s) { s.items[1].name = std::string(4097, 'x'); }},
    {"code is empty", [](auto& s) { s.items[1].codes = {""}; }},
    {"items 0 and 1: \"100\" is there twice", [](auto& s) { s.items[1].sku = "100"; }},
    {"\"4006381333931\" is there twice", [](auto& s) { s.items[1].codes = {"4006381333931"}; }},
    {"category 2 does not exist", [](auto& s) { s.items[1].category = 2; }},
    {"category -2 does not exist", [](auto& s) { s.items[1].category = -2; }},
    {"category \"Fo\xFFod\": name is not UTF-8", [](auto& s) { s.categories[0] = "Fo\xFFod"; }},
    {"price -5 is not within", [](auto& s) { s.items[1].price_minor = -5; }},
    {"unit cost 1000000000001 is not within", [](auto& s) { s.items[1].unit_cost_minor = 1'000'000'000'001; }},
    {"rows: must be one per item", [](auto& s) { s.rows.pop_back(); }},
    {"bias: must be one per item", [](auto& s) { s.bias.push_back(0); }},
    {"item 6 (SKU \"700\"): target 9 does not exist",
     [](auto& s) {
       s.rows[6].push_back({9, 1});
     }},
    {"item 6 (SKU \"700\"): is its own target",
     [](auto& s) {
       s.rows[6].push_back({6, 1});
     }},
    {"target item 4 (SKU \"500\") is there twice",
     [](auto& s) {
       s.rows[6].push_back({4, 1});
     }},
    {"weight for item 4 (SKU \"500\") is not a finite", [](auto& s) { s.rows[6][0].weight = kNan; }},
    {"bias is not a finite number", [](auto& s) { s.bias[3] = kNan; }},
    {"weight_bits: 3 is not within 4..8", [](auto& s) { s.weight_bits = 3; }},
    {"weight_bits: 9 is not within 4..8", [](auto& s) { s.weight_bits = 9; }},
    {"row has more than 4096 targets", [](auto& s) { s.rows[0].resize(4097); }},
    {"calibration: needs at least one map", [](auto& s) { s.calibration.clear(); }},
    {"calibration: has more than 64 maps", [](auto& s) { s.calibration.resize(65); }},
    {"calibration map 1: has no point", [](auto& s) { s.calibration[1].points.clear(); }},
    {"calibration map 0: has more than 4096", [](auto& s) { s.calibration[0].points.resize(4097); }},
    {"calibration map 0: score is not a finite", [](auto& s) { s.calibration[0].points[0].score = kNan; }},
    {"calibration map 0: probability is above", [](auto& s) { s.calibration[0].points[4].ppm = 1'000'001; }},
    {"calibration map 0: scores do not ascend", [](auto& s) { s.calibration[0].points[1].score = 0; }},
    {"calibration map 0: probabilities fall", [](auto& s) { s.calibration[0].points[1].ppm = 0; }},
    {"calibration map 0: does not have a probability for each", [](auto& s) { s.calibration_sizes = {0}; }},
    {"calibration map 1: does not have a probability for each",
     [](auto& s) { s.calibration[1].points[2].by_size = {1}; }},
    {"calibration by basket size: has more than 32", [](auto& s) { s.calibration_sizes.resize(33); }},
    {"calibration by basket size: does not begin at 0",
     [](auto& s) {
       s.calibration_sizes = {1, 2};
     }},
    {"calibration by basket size: sizes do not ascend",
     [](auto& s) {
       s.calibration_sizes = {0, 2, 2};
     }},
    {"calibration map 0: probability by basket size is above",
     [](auto& s) { shop::calibrate_by_size(s).points[4].by_size[1] = 1'000'001; }},
    {"calibration map 0: probabilities by basket size fall",
     [](auto& s) { shop::calibrate_by_size(s).points[1].by_size[1] = 0; }},
    {"calibration by basket size: has more than 255",
     [](auto& s) {
       auto& points = shop::calibrate_by_size(s).points;
       for (std::uint32_t n = 5; n < 256; ++n)
         points.push_back({static_cast<float>(n), 900'000, {900'000 + n, 900'000}});
     }},
    {"holdout_permille", [](auto& s) { s.policy.holdout_permille = 1001; }},
    {"min_probability_ppm", [](auto& s) { s.policy.min_probability_ppm = 1'000'001; }},
    {"default_margin_percent", [](auto& s) { s.policy.default_margin_percent = 101; }},
    {"currency: is not three", [](auto& s) { s.currency.code[0] = 'e'; }},
    {"currency: has more than 4", [](auto& s) { s.currency.digits = 5; }},
    {"language: it is empty", [](auto& s) { s.language.clear(); }},
    {"note: it is longer", [](auto& s) { s.note = std::string(4097, 'n'); }},
};

std::vector<Mistake> const kCampaignMistakes{
    {"id is empty", [](auto& s) { s.campaigns[0].id.clear(); }},
    {"campaign \"a\" is there twice", [](auto& s) { s.campaigns[1].id = "a"; }},
    {"percent 101 is not within", [](auto& s) { s.campaigns[0].value = 101; }},
    {"amount 0 is not within", [](auto& s) { s.campaigns[1].value = 0; }},
    {"has a value without a discount", [](auto& s) { s.campaigns[0].discount = DiscountKind::none; }},
    {"ends before it starts", [](auto& s) { s.campaigns[0].starts = 10, s.campaigns[0].ends = 10; }},
    {"campaign \"a\": min_probability", [](auto& s) { s.campaigns[0].min_probability_ppm = 1'000'001; }},
    {"campaign \"b\": item 9 does not exist", [](auto& s) { s.campaigns[1].items = {9}; }},
    {"headline is not UTF-8", [](auto& s) { s.campaigns[0].headline = "\xFF"; }},
    {"terms is longer", [](auto& s) { s.campaigns[0].terms = std::string(5000, 't'); }},
    {"text of language \"en\" \"k\" is there twice", [](auto& s) { s.texts.push_back(s.texts[0]); }},
    {"text \"k\" (en): text is longer", [](auto& s) { s.texts[0].text = std::string(5000, 't'); }},
    {"key is empty", [](auto& s) { s.texts[0].key.clear(); }},
    {"language is empty", [](auto& s) { s.texts[0].language.clear(); }},
    {"budget \"\": name is empty",
     [](auto& s) {
       s.budgets = {{"", 1, 0, 0, 0}};
     }},
    {"budget \"partner:\": name is empty",
     [](auto& s) {
       s.budgets = {{"partner:", 1, 0, 0, 0}};
     }},
    {"budget \"a\": is there twice",
     [](auto& s) {
       s.budgets = {{"a", 1, 0, 0, 0}, {"a", 1, 0, 0, 0}};
     }},
    {"budget \"a\": amount -1 is not within",
     [](auto& s) {
       s.budgets = {{"a", 1, -1, 0, 0}};
     }},
};

void check_named(BundleSource const& source, char const* named) {
  auto const written = write_bundle(source);
  REQUIRE_FALSE_MESSAGE(written, named);
  CHECK(written.error().code == Code::invalid);
  CHECK_MESSAGE(written.error().what.find(named) != std::string::npos, written.error().what, " lacks ",
                std::string(named));
}

}  // namespace

TEST_CASE("every broken rule of a source is refused by name") {
  for (auto const& mistake : kMistakes) {
    auto source = shop::source();
    mistake.make(source);
    check_named(source, mistake.named);
  }
}

TEST_CASE("every broken rule of campaigns and texts is refused by name") {
  for (auto const& mistake : kCampaignMistakes) {
    auto source = shop::source();
    source.campaigns = {shop::coupon("a"), shop::coupon("b", DiscountKind::amount, 100)};
    source.texts = {{"en", "k", "t"}};
    REQUIRE(write_bundle(source));
    mistake.make(source);
    check_named(source, mistake.named);
  }
}

TEST_CASE("an item may repeat its own code") {
  auto source = shop::source();
  source.items[shop::bread].codes = {"100", "4006381333931", "4006381333931"};
  auto const bundle = shop::open(source);
  CHECK(bundle->find("100") == ItemIx{shop::bread});
}

TEST_CASE("calibration points that fall on one step become the later one") {
  auto source = shop::source();
  source.calibration = {{{{0.0F, 1'000}, {1e-9F, 2'000}, {1.5e-9F, 3'000}, {0.5F, 4'000}}}};
  auto const bundle = shop::open(source);
  CHECK(bundle->probability(1, 0, 2).ppm == 3'000);
  CHECK(bundle->probability(0, 0, 2).ppm == 1'000);
}

TEST_CASE(
    "a probability goes by the size of the basket where the source says so, and by the plain maps in an older reader") {
  auto source = shop::source();
  auto const plain = shop::open(source);
  shop::calibrate_by_size(source);
  auto const bundle = shop::open(source);
  auto const step = bundle->info().score_unit;
  auto const score = [&](double units) { return static_cast<Score>(std::ceil(units / step)); };
  // 100'000 ppm from 0.1 on in the map of the first place; a half more for baskets of up to two items, less for others.
  for (std::size_t const size : {0U, 1U, 2U}) CHECK(bundle->probability(score(0.15), 0, size).ppm == 150'000);
  for (std::size_t const size : {3U, 9U, 512U}) CHECK(bundle->probability(score(0.15), 0, size).ppm == 50'000);
  CHECK(bundle->probability(score(0.15), 1, 1).ppm == 135'000);
  CHECK(bundle->probability(score(0.15), 7, 4).ppm == 45'000);
  CHECK(bundle->probability(score(-1), 0, 4).ppm == 5'000);
  CHECK(plain->probability(score(0.15), 0, 9).ppm == 100'000);
  // Not required: the section's flag is what an older reader looks at.
  Surgery file(*write_bundle(source));
  CHECK(file.get_entry<std::uint16_t>(format::kSized, format::entry::kFlagsAt) == 0);
  CHECK(file.get_entry<std::uint16_t>(format::kCalibration, format::entry::kFlagsAt) == 1);
}

TEST_CASE("a weight tells whether its pair is significant, for no bit more, and is about as close as it was") {
  for (unsigned const bits : {4U, 5U, 8U}) {
    auto source = shop::random_source(300, 40, 9);
    source.weight_bits = bits;
    auto const before = shop::open(source);
    CHECK(!before->tells_significance());
    shop::doubt(source);
    auto const bundle = shop::open(source);
    CHECK(bundle->tells_significance());
    CHECK(bundle->affinity_bytes() <= before->affinity_bytes() * 101 / 100);
    std::size_t sure = 0, coincidences = 0;
    double off = 0, off_before = 0;
    for (std::uint32_t n = 0; n < source.rows.size(); ++n) {
      for (auto const& entry : source.rows[n]) {
        auto const error = [&](Bundle const& in) {
          auto const found = in.row(ItemIx{n}).contribution_to(ItemIx{entry.target}) * in.info().score_unit;
          return (found - static_cast<double>(entry.weight)) * (found - static_cast<double>(entry.weight));
        };
        off += error(*bundle);
        off_before += error(*before);
      }
      for (auto const& entry : bundle->row(ItemIx{n})) {
        auto const& told = source.rows[n];
        auto const same =
            std::find_if(told.begin(), told.end(), [&](auto const& one) { return one.target == index(entry.target); });
        REQUIRE(same != told.end());
        CHECK((entry.contribution > 0) == (same->weight > 0));
        if (same->weight > 0) CHECK(entry.significant == same->significant);
        (entry.significant ? sure : coincidences) += 1;
      }
    }
    CHECK(sure > 4000);
    CHECK(coincidences > 4000);
    // Half of the levels for either kind: twice the step, so four times the square where the kinds overlap.
    CHECK(off < 5 * off_before);
    Surgery file(*write_bundle(source));
    CHECK(file.get_entry<std::uint16_t>(format::kEvidence, format::entry::kFlagsAt) == 0);
    CHECK(file.length_of(format::kEvidence) == (std::size_t{1} << bits) / 8);
  }
}

TEST_CASE("a bundle whose rules change keeps what its weights rest on") {
  auto source = shop::random_source(60, 10, 9);
  shop::doubt(source);
  auto const learned = shop::open(source);
  auto const bytes = write_bundle(source, *learned);
  REQUIRE(bytes);
  auto const bundle = Bundle::from_bytes(*bytes);
  REQUIRE(bundle);
  CHECK(bundle->tells_significance());
  CHECK(*bytes == learned.bytes);
}

TEST_CASE("weights of any size fit: the unit follows the largest") {
  for (float factor : {1e-30F, 1e-6F, 1.0F, 1e6F, 1e30F}) {
    auto source = shop::source();
    for (auto& row : source.rows) {
      for (auto& entry : row) entry.weight *= factor;
    }
    for (auto& b : source.bias) b *= factor;
    source.calibration = {{{{0, 1000}}}};
    auto const bundle = shop::open(source);
    auto const row = bundle->row(ItemIx{shop::bread});
    REQUIRE(row.size() == 6);
    REQUIRE(row.target(0) == ItemIx{shop::butter});
    auto const relative = row.contribution(0) * bundle->info().score_unit / static_cast<double>(0.30F * factor);
    CHECK(relative == doctest::Approx(1).epsilon(0.01));
  }
}

TEST_CASE("sets come back by their main item, best first, and a bundle without sets has none") {
  auto source = shop::source();
  CHECK(shop::open(source)->set_count() == 0);
  source.sets = {{shop::torch, {shop::jam, shop::batteries}, 7, 9, 1100},
                 {shop::bread, {shop::jam, shop::butter}, 12, 90, 2500},
                 {shop::bread, {shop::honey, shop::butter, shop::jam}, 5, 90, 9000}};
  auto const opened = shop::open(source);
  REQUIRE(opened->set_count() == 3);
  auto const range = opened->sets_of(ItemIx{shop::bread});
  REQUIRE(range.count == 2);
  auto const first = opened->set(range.first);
  CHECK(first.main == ItemIx{shop::bread});
  CHECK(first.extra_count == 2);
  CHECK(first.extras == std::array{ItemIx{shop::butter}, ItemIx{shop::jam}, kNoItem});
  CHECK(first.baskets == 12);
  CHECK(first.main_baskets == 90);
  CHECK(first.lift_milli == 2500);
  CHECK(opened->set(range.first + 1).extra_count == 3);
  CHECK(opened->sets_of(ItemIx{shop::torch}).count == 1);
  CHECK(opened->sets_of(ItemIx{shop::wine}).count == 0);
  CHECK(opened->sets_of(kNoItem).count == 0);
  CHECK(opened->set(3).main == kNoItem);
}

TEST_CASE("a set that is none is refused by number and rule") {
  auto const refused = [](SetSource const& set, char const* words) {
    auto source = shop::source();
    source.sets = {set};
    auto const bytes = write_bundle(source);
    REQUIRE_FALSE(bytes);
    CHECK_MESSAGE(bytes.error().what.find("set 0") != std::string::npos, bytes.error().what);
    CHECK_MESSAGE(bytes.error().what.find(words) != std::string::npos, bytes.error().what);
  };
  refused({shop::bread, {shop::jam}, 1, 1, 1}, "2 or 3 extras");
  refused({shop::bread, {1, 2, 3, 4}, 1, 1, 1}, "2 or 3 extras");
  refused({shop::item_count, {1, 2}, 1, 1, 1}, "main item does not exist");
  refused({shop::bread, {1, shop::item_count}, 1, 1, 1}, "does not exist");
  refused({shop::bread, {1, shop::bread}, 1, 1, 1}, "there twice");
  refused({shop::bread, {1, 1}, 1, 1, 1}, "there twice");
  refused({shop::bread, {1, 2}, 0, 1, 1}, "baskets");
  refused({shop::bread, {1, 2}, 2, 1, 1}, "baskets");
  refused({shop::bread, {1, 2}, 1, 1, 0}, "lift");
}
