#include <algorithm>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "core/surgery.hpp"
#include "format/check.hpp"

using namespace tillcue;
namespace f = tillcue::format;

namespace {

std::vector<std::byte> small_bundle() {
  auto source = shop::source();
  source.campaigns = {shop::coupon("a")};
  auto& campaign = source.campaigns[0];
  campaign.headline.assign(1, 'h');  // g++ 12 at -O2 sees overlaps in = "h"
  campaign.items = {shop::jam, shop::butter};
  campaign.categories = {1};
  campaign.trigger_items = {shop::bread};
  campaign.places = {"store:1"};
  campaign.segments = {"family"};
  source.ladders = {{ItemIx{shop::bread}, ItemIx{shop::torch}, {300'000}, 200, true},
                    {ItemIx{shop::jam}, ItemIx{shop::honey}, {100'000}, 0, false}};
  source.never = {{{false, shop::bread}, {false, shop::wine}}, {{true, 0}, {true, 1}}};
  source.budgets = {{"a", 5000, 40, 100, 2}, {"partner:ACME", 0, 300, 0, 0}};
  source.texts = {{"en", "a", "1"}, {"en", "b", "2"}, {"ru", "a", "3"}};
  source.sets = {{shop::bread, {shop::jam, shop::butter}, 12, 90, 2500},
                 {shop::torch, {shop::batteries, shop::honey, shop::jam}, 7, 7, 1100}};
  shop::calibrate_by_size(source);
  auto bytes = write_bundle(source);
  REQUIRE(bytes);
  return *bytes;
}

Error refused(std::vector<std::byte> const& bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  REQUIRE_FALSE(bundle);
  return bundle.error();
}

void check_refused(std::vector<std::byte> const& bytes, Code code, std::string_view words) {
  auto const error = refused(bytes);
  CHECK_MESSAGE(error.code == code, error.what);
  CHECK_MESSAGE(error.what.find(words) != std::string::npos, error.what, " lacks ", words);
}

/// One lie that every checksum confirms, and what must be said about it.
struct Lie {
  char const* section;
  char const* words;
  std::function<void(Surgery&)> tell;
};

template <class T>
Lie lie(char const (&tag)[5], std::size_t offset, T value, char const* words) {
  return {tag, words, [t = f::tag(tag), offset, value](Surgery& s) { s.set(t, offset, value); }};
}

// Of the small bundle's packed table: levels of 8-bit weights, one block, nine rows. Bread's row comes first.
constexpr std::size_t kLevels = f::kPackedHeader, kBlocks = kLevels + 2 * 256, kBegins = kBlocks + 2 * 4,
                      kRows = kBegins + 2 * shop::item_count, kBreadSize = 6, kBreadClasses = kRows + 2 + kBreadSize;

// Of the plain table in the first version's bundle.
constexpr std::size_t kPlainItems = 40, kFirstEnd = f::kAffinityHeader, kScales = kFirstEnd + 4 * (kPlainItems + 1),
                      kIds = kScales + 2 * kPlainItems;

std::vector<Lie> const kPlainLies{
    lie("CAMP", f::campaign::kId, std::uint32_t{0}, "text"),
    lie("CAMP", f::campaign::kHeadline, std::uint32_t{0x00FF'FFFF}, "text"),
    lie("CAMP", f::campaign::kTerms, std::uint32_t{0x00FF'FFFF}, "text"),
    lie("CAMP", f::campaign::kDiscount, std::uint16_t{3}, "value"),
    lie("CAMP", f::campaign::kDiscount, std::uint16_t{0}, "value"),
    lie("CAMP", f::campaign::kValue, std::int64_t{101}, "value"),
    lie("CAMP", f::campaign::kValue, std::int64_t{0}, "value"),
    lie("CAMP", f::campaign::kMinProbability, std::uint32_t{1'000'001}, "value"),
    lie("CAMP", f::campaign::kFirstTarget, std::uint32_t{0xFFFF'FFFF}, "bounds"),
    lie("CAMP", f::campaign::kTargetCount, std::uint32_t{5}, "bounds"),
    lie("CTGT", 0, std::uint32_t{kPlainItems}, "does not exist"),
    {"CAMP", "order", [](Surgery& s) { s.set(f::kTargets, 0, std::uint32_t{39}); }},
    lie("AFFN", 0, std::uint32_t{kPlainItems + 1}, "count"),
    lie("AFFN", 4, std::uint32_t{0xFFFF'FFFF}, "bounds"),
    lie("AFFN", 4, std::uint32_t{1}, "bounds"),
    lie("AFFN", 8, std::uint32_t{3}, "value"),
    lie("AFFN", kFirstEnd, std::uint32_t{1}, "order"),
    lie("AFFN", kFirstEnd + 4, std::uint32_t{0xFFFF'FFF0}, "order"),
    lie("AFFN", kFirstEnd + 8, std::uint32_t{0}, "order"),  // falls
    lie("AFFN", kFirstEnd + 4 * kPlainItems, std::uint32_t{9}, "order"),
    {"AFFN", "count",
     [](Surgery& s) {  // the last entry belongs to no row
       auto const last = s.get<std::uint32_t>(f::kAffinity, 4) - 1;
       for (std::size_t n = 0; n <= kPlainItems; ++n) {
         auto const at = kFirstEnd + 4 * n;
         s.set(f::kAffinity, at, std::min(s.get<std::uint32_t>(f::kAffinity, at), last));
       }
     }},
    lie("AFFN", kScales, std::uint16_t{16'384}, "value"),
    lie("AFFN", kIds, std::uint16_t{kPlainItems}, "does not exist"),
    lie("AFFN", kIds, std::uint16_t{0}, "does not exist"),  // itself
    {"AFFN", "order", [](Surgery& s) { s.set(f::kAffinity, kIds, s.get<std::uint16_t>(f::kAffinity, kIds + 2)); }},
};

std::vector<Lie> const kLies{
    lie("META", f::meta::kItems, std::uint32_t{8}, "count"),
    lie("META", f::meta::kUnit, std::numeric_limits<std::uint64_t>::max(), "value"),  // NaN
    lie("META", f::meta::kUnit, std::uint64_t{0}, "value"),
    lie("META", f::meta::kCurrency, 'e', "value"),
    lie("META", f::meta::kDigits, std::uint8_t{9}, "value"),
    lie("META", f::meta::kLanguage, std::uint32_t{0}, "text"),  // empty
    lie("META", f::meta::kNote, std::uint32_t{0xFFFF'FFFE}, "text"),
    lie("CATS", 0, std::uint32_t{1'000'000}, "text"),
    lie("ITEM", f::item::kSku, std::uint32_t{0}, "text"),
    lie("ITEM", f::item::kName, std::uint32_t{0xFFFF'FFFF}, "text"),
    lie("ITEM", f::item::kPrice, std::int64_t{-2}, "value"),
    lie("ITEM", f::item::kCost, std::int64_t{1'000'000'000'001}, "value"),
    lie("ITEM", f::kItemBytes + f::item::kCategory, std::uint32_t{2}, "does not exist"),
    lie("CODE", 0, std::uint32_t{0x7FFF'FFFF}, "text"),
    lie("CODE", 4, std::uint32_t{shop::item_count}, "does not exist"),
    {"CODE", "order", [](Surgery& s) { s.set(f::kCodes, 8, s.get<std::uint32_t>(f::kCodes, 0)); }},
    lie("AFFP", 0, std::uint32_t{shop::item_count + 1}, "count"),
    lie("AFFP", 4, std::uint32_t{0xFFFF'FFFF}, "count"),
    lie("AFFP", 8, std::uint8_t{3}, "value"),
    lie("AFFP", 8, std::uint8_t{9}, "value"),
    lie("AFFP", 8, std::uint8_t{7}, "bounds"),  // every offset behind it moves
    lie("AFFP", 9, std::uint8_t{7}, "value"),
    lie("AFFP", 10, std::uint16_t{1}, "value"),
    lie("AFFP", 15, std::uint8_t{25}, "value"),
    lie("AFFP", 12, std::uint8_t{24}, "value"),  // the widths fall
    lie("AFFP", kLevels, std::int16_t{2'048}, "value"),
    lie("AFFP", kLevels + 2 * 255, std::int16_t{-2'048}, "value"),
    lie("AFFP", kBlocks, std::uint32_t{1}, "order"),
    lie("AFFP", kBlocks + 4, std::uint32_t{0xFFFF'FFFF}, "bounds"),
    lie("AFFP", kBegins, std::uint16_t{1}, "order"),
    lie("AFFP", kBegins + 2, std::uint16_t{0xFFFF}, "order"),  // behind the end
    lie("AFFP", kBegins + 2, std::uint16_t{1}, "bounds"),      // no room for a head
    lie("AFFP", kBegins + 2, std::uint16_t{5}, "bounds"),      // none for its weights
    lie("AFFP", kRows, std::uint8_t{0}, "value"),
    lie("AFFP", kRows, std::uint8_t{192}, "value"),
    lie("AFFP", kRows + 1, std::uint8_t{0}, "count"),
    lie("AFFP", kRows + 1, std::uint8_t{200}, "bounds"),
    lie("AFFP", kBreadClasses, std::uint8_t{0xFF}, "bounds"),  // gaps of the widest class reach behind the row
    {"AFFP", "bounds",
     [](Surgery& s) {  // the last byte's bits that belong to no gap
       auto const last = kRows + s.get<std::uint16_t>(f::kPacked, kBegins + 2) - 1;
       s.set(f::kPacked, last, static_cast<std::uint8_t>(s.get<std::uint8_t>(f::kPacked, last) | 0x80U));
     }},
    {"AFFP", "does not exist",
     [](Surgery& s) {  // all gaps as large as their classes allow: round the end and to the source
       s.set(f::kPacked, kBreadClasses + 1,
             static_cast<std::uint8_t>(s.get<std::uint8_t>(f::kPacked, kBreadClasses + 1) | 0xF0U));
       for (auto at = kBreadClasses + 2; at < kRows + s.get<std::uint16_t>(f::kPacked, kBegins + 2); ++at) {
         s.set(f::kPacked, at, std::uint8_t{0xFF});
       }
     }},
    {"AFFP", "bounds",
     [](Surgery& s) {  // gaps reach behind the row
       auto const widest = s.get<std::uint8_t>(f::kPacked, 15);
       for (std::size_t n = 0; n < 4; ++n) s.set(f::kPacked, 12 + n, static_cast<std::uint8_t>(widest + 4));
     }},
    {"AFFP", "value", [](Surgery& s) { s.set(f::kPacked, s.length_of(f::kPacked) - 1, std::uint8_t{1}); }},
    lie("BIAS", 0, std::uint32_t{32'768}, "value"),
    lie("BIAS", 4, std::uint32_t{1}, "count"),
    lie("POPU", 0, std::uint32_t{shop::item_count}, "does not exist"),
    lie("POPU", 0, std::uint32_t{shop::saffron}, "order"),
    lie("CALI", 0, std::uint32_t{0}, "count"),
    lie("CALI", 0, std::uint32_t{65}, "count"),
    lie("CALI", 4, std::uint32_t{0x4000'0000}, "bounds"),
    lie("CALI", 8, std::uint32_t{1}, "count"),
    lie("CALI", 12, std::uint32_t{0}, "count"),  // an empty map
    lie("CALI", 12, std::uint32_t{9}, "count"),
    lie("CALI", 20 + 4, std::uint32_t{1'000'001}, "value"),
    lie("CALI", 20 + 4, std::uint32_t{999'999}, "order"),  // probabilities fall
    lie("CALI", 20, std::int32_t{0x7FFF'FFFF}, "order"),   // scores fall
    lie("CSIZ", 0, std::uint8_t{0}, "count"),
    lie("CSIZ", 0, std::uint8_t{33}, "count"),
    lie("CSIZ", 1, std::uint8_t{0}, "count"),
    lie("CSIZ", 0, std::uint8_t{3}, "bounds"),
    lie("CSIZ", 1, std::uint8_t{200}, "bounds"),
    lie("CSIZ", 2, std::uint16_t{1}, "value"),
    lie("CSIZ", 4, std::uint16_t{1}, "order"),          // nothing holds for smaller baskets
    lie("CSIZ", 6, std::uint16_t{0}, "order"),          // sizes do not ascend
    lie("CSIZ", 8, std::uint32_t{1'000'000}, "order"),  // nor do levels
    {"CSIZ", "value", [](Surgery& s) { s.set(f::kSized, s.length_of(f::kSized) - 16 - 4, std::uint32_t{1'000'001}); }},
    {"CSIZ", "does not exist", [](Surgery& s) { s.set(f::kSized, s.length_of(f::kSized) - 1, std::uint8_t{255}); }},
    {"CSIZ", "order", [](Surgery& s) { s.set(f::kSized, s.length_of(f::kSized) - 1, std::uint8_t{0}); }},
    // Beside weights of 8 bits.
    {"EVID", "bounds", [](Surgery& s) { s.append(f::kEvidence, 0, std::vector<std::byte>(31)); }},
    {"EVID", "bounds", [](Surgery& s) { s.append(f::kEvidence, 0, std::vector<std::byte>(33)); }},
    lie("PLCY", f::policy::kHoldout, std::uint16_t{1001}, "value"),
    lie("PLCY", f::policy::kMinProbability, std::uint32_t{1'000'001}, "value"),
    lie("PLCY", f::policy::kMargin, std::uint16_t{101}, "value"),
    lie("PLCY", f::policy::kExploration, std::uint16_t{1001}, "value"),
    lie("PLCY", f::policy::kExpert, std::uint32_t{1'000'001}, "value"),
    lie("CATS", f::category::kTechnique, std::uint16_t{4}, "value"),
    lie("CMPN", f::plan::kId, std::uint32_t{0}, "text"),
    lie("CMPN", f::plan::kHeadline, std::uint32_t{0x00FF'FFFF}, "text"),
    lie("CMPN", f::plan::kTerms, std::uint32_t{0x00FF'FFFF}, "text"),
    lie("CMPN", f::plan::kPartner, std::uint32_t{0x00FF'FFFF}, "text"),
    lie("CMPN", f::plan::kType, std::uint8_t{kOfferTypes}, "value"),
    lie("CMPN", f::plan::kStages, std::uint8_t{0}, "value"),
    lie("CMPN", f::plan::kStages, std::uint8_t{8}, "value"),
    lie("CMPN", f::plan::kWeekdays, std::uint8_t{0x80}, "value"),
    lie("CMPN", f::plan::kDiscount, std::uint16_t{4}, "value"),
    lie("CMPN", f::plan::kDiscount, std::uint16_t{0}, "value"),
    lie("CMPN", f::plan::kValue, std::int64_t{101}, "value"),
    lie("CMPN", f::plan::kValue, std::int64_t{0}, "value"),
    lie("CMPN", f::plan::kFrom, std::uint16_t{1441}, "value"),
    lie("CMPN", f::plan::kUntil, std::uint16_t{1441}, "value"),
    lie("CMPN", f::plan::kBuy, std::uint16_t{0}, "value"),
    lie("CMPN", f::plan::kAudience, std::uint8_t{3}, "value"),
    lie("CMPN", f::plan::kMinProbability, std::uint32_t{1'000'001}, "value"),
    lie("CMPN", f::plan::kProbability, std::uint32_t{1'000'001}, "value"),
    lie("CMPN", f::plan::kRedemption, std::uint32_t{1'000'001}, "value"),
    lie("CMPN", f::plan::kMinBasket, std::int64_t{-1}, "value"),
    lie("CMPN", f::plan::kMaxBasket, std::int64_t{-1}, "value"),
    lie("CMPN", f::plan::kThreshold, std::int64_t{f::kMaxPrice + 1}, "value"),
    lie("CMPN", f::plan::kFreeMinor, std::int64_t{-1}, "value"),
    lie("CMPN", f::plan::kFreeIssues, std::int64_t{-1}, "value"),
    lie("CMPN", f::plan::kFirstRef, std::uint32_t{0xFFFF'FFFF}, "bounds"),
    lie("CMPN", f::plan::kCounts, std::uint32_t{0xFFFF'FFFF}, "bounds"),
    lie("CMPN", f::plan::kCounts + 20, std::uint32_t{2}, "bounds"),
    lie("CREF", 0, std::uint32_t{shop::jam}, "order"),
    lie("CREF", 4, std::uint32_t{shop::item_count}, "does not exist"),
    lie("CREF", 8, std::uint32_t{2}, "does not exist"),  // a category
    lie("CREF", 12, std::uint32_t{shop::item_count}, "does not exist"),
    lie("CREF", 16, std::uint32_t{0x00FF'FFFF}, "does not exist"),  // a place
    lie("CREF", 20, std::uint32_t{0}, "does not exist"),            // a segment without a name
    lie("LADR", f::ladder::kFrom, std::uint32_t{shop::item_count}, "does not exist"),
    lie("LADR", f::ladder::kTo, std::uint32_t{shop::bread}, "does not exist"),
    lie("LADR", f::ladder::kShare, std::uint32_t{1'000'001}, "value"),
    {"LADR", "order", [](Surgery& s) { s.set(f::kLadders, f::ladder::kFrom, std::uint32_t{shop::honey}); }},
    lie("NEVR", f::never::kInBasket, std::uint32_t{shop::item_count}, "does not exist"),
    lie("NEVR", f::never::kOffered, std::uint32_t{f::kIsCategory | 2}, "does not exist"),
    {"NEVR", "order",
     [](Surgery& s) {
       s.set(f::kNever, f::never::kInBasket, f::kIsCategory | 0U);
       s.set(f::kNever, f::never::kOffered, f::kIsCategory | 1U);
     }},
    lie("BDGT", f::budget::kName, std::uint32_t{0}, "text"),
    lie("BDGT", f::budget::kMinor, std::int64_t{-1}, "value"),
    lie("BDGT", f::budget::kIssues, std::int64_t{f::kMaxPrice + 1}, "value"),
    lie("BDGT", f::budget::kFreeMinor, std::int64_t{-1}, "value"),
    lie("BDGT", f::budget::kFreeIssues, std::int64_t{-1}, "value"),
    {"BDGT", "order", [](Surgery& s) { s.set(f::kBudgets, f::kBudgetBytes, s.get<std::uint32_t>(f::kBudgets, 0)); }},
    lie("TEXT", f::text::kLanguage, std::uint32_t{0}, "text"),
    lie("TEXT", f::text::kKey, std::uint32_t{0}, "text"),
    lie("TEXT", f::text::kText, std::uint32_t{0x00FF'FFFF}, "text"),
    lie("SETS", f::set::kMain, std::uint32_t{shop::item_count}, "does not exist"),
    lie("SETS", f::kSetBytes + f::set::kMain, std::uint32_t{shop::batteries}, "does not exist"),  // its own extra
    {"SETS", "order", [](Surgery& s) { s.set(f::kSets, f::set::kMain, std::uint32_t{shop::honey}); }},
    lie("SETS", f::set::kExtras, std::uint32_t{shop::item_count}, "does not exist"),
    lie("SETS", f::set::kExtras, std::uint32_t{shop::bread}, "does not exist"),  // the main item
    lie("SETS", f::set::kExtras, std::uint32_t{shop::jam}, "order"),             // twice
    lie("SETS", f::set::kExtras + 4, std::uint32_t{f::kNoExtra}, "does not exist"),
    lie("SETS", f::set::kExtras + 8, std::uint32_t{shop::butter}, "order"),
    lie("SETS", f::set::kBaskets, std::uint32_t{0}, "value"),
    lie("SETS", f::set::kBaskets, std::uint32_t{91}, "value"),
    lie("SETS", f::set::kLift, std::uint32_t{0}, "value"),
    {"TEXT", "order", [](Surgery& s) { s.set(f::kTexts, 16, s.get<std::uint32_t>(f::kTexts, 4)); }},
};

}  // namespace

TEST_CASE("a truncated bundle is refused at every length") {
  auto const whole = small_bundle();
  REQUIRE(Bundle::from_bytes(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<std::byte> const part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_MESSAGE(refused(part).code == Code::corrupt, size);
  }
}

TEST_CASE("a bundle with bytes behind its end is refused") {
  auto longer = small_bundle();
  longer.resize(longer.size() + 8);
  check_refused(longer, Code::corrupt, "size differs");
}

TEST_CASE("every changed byte of a bundle is noticed") {
  auto const whole = small_bundle();
  auto changed = whole;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    for (unsigned mask : {0x01U, 0x80U, 0xFFU}) {
      changed[n] = whole[n] ^ static_cast<std::byte>(mask);
      REQUIRE_FALSE_MESSAGE(Bundle::from_bytes(changed), "byte ", n, " mask ", mask);
    }
    changed[n] = whole[n];
  }
}

TEST_CASE("a file that is no bundle, or a newer one, is told apart from a damaged one") {
  auto const whole = small_bundle();
  check_refused({}, Code::corrupt, "shorter than its header");
  check_refused(Surgery(whole).set_header(0, 'X').sealed(), Code::corrupt, "not a Tillcue bundle");
  check_refused(Surgery(whole).set_header(f::header::kVersionAt, std::uint16_t{2}).sealed(), Code::unsupported,
                "version is not 1; update this program");
  check_refused(Surgery(whole).set_header(f::header::kSizeAt, std::uint16_t{40}).sealed(), Code::unsupported,
                "header size");
  check_refused(Surgery(whole).set_header(f::header::kReservedAt, std::uint32_t{1}).sealed(), Code::corrupt, "value");
}

TEST_CASE("unknown sections are skipped unless they are required") {
  auto const whole = small_bundle();
  std::vector<std::byte> const content(13, std::byte{7});
  auto const with = Surgery(whole).append(f::tag("NEW1"), 0, content).sealed();
  auto const bundle = Bundle::from_bytes(with);
  REQUIRE_MESSAGE(bundle, (bundle ? "" : bundle.error().what));
  CHECK(bundle->find("100") == ItemIx{shop::bread});
  check_refused(Surgery(whole).append(f::tag("NEW1"), f::entry::kRequired, content).sealed(), Code::unsupported,
                "section NEW1 at byte 0: required section is unknown");
  check_refused(Surgery(whole).append(f::kTexts, 0, {}).sealed(), Code::corrupt, "there twice");
}

TEST_CASE("a section of a newer version or without its place is refused") {
  auto const whole = small_bundle();
  auto const entry = [&](std::uint32_t tag, std::size_t field, auto value) {
    return Surgery(whole).set_entry(tag, field, value).sealed();
  };
  check_refused(entry(f::kItems, f::entry::kVersionAt, std::uint16_t{2}), Code::unsupported, "section ITEM");
  check_refused(entry(f::kItems, f::entry::kTagAt, f::tag("ITEX")), Code::unsupported, "required section is unknown");
  check_refused(entry(f::kItems, f::entry::kOffsetAt, std::uint64_t{8}), Code::corrupt, "laid out");
  check_refused(entry(f::kItems, f::entry::kLengthAt, ~std::uint64_t{0}), Code::corrupt, "bounds");
  check_refused(entry(f::kItems, f::entry::kLengthAt, std::uint64_t{0}), Code::corrupt, "");
  check_refused(entry(f::kItems, f::entry::kRecordAt, std::uint32_t{0}), Code::corrupt, "record size");
  check_refused(entry(f::kItems, f::entry::kRecordAt, std::uint32_t{28}), Code::corrupt, "record size");
  check_refused(entry(f::kItems, f::entry::kRecordAt, std::uint32_t{0xFFFF'FFFC}), Code::corrupt, "record size");
  check_refused(entry(f::kPacked, f::entry::kRecordAt, std::uint32_t{4}), Code::corrupt, "record size");
  check_refused(Surgery(whole).set_header(f::header::kSectionsAt, std::uint32_t{0}).sealed(), Code::corrupt,
                "number of");
  check_refused(Surgery(whole).set_header(f::header::kSectionsAt, std::uint32_t{65}).sealed(), Code::corrupt, "number");
  check_refused(Surgery(whole).set_header(f::header::kSectionsAt, std::uint32_t{12}).sealed(), Code::corrupt, "");
}

TEST_CASE("a needed section that is missing is named") {
  // The last entry taken away whole: its tag becomes an unknown one that may be skipped.
  auto surgery = Surgery(small_bundle());
  surgery.set_entry(f::kStrings, f::entry::kFlagsAt, std::uint16_t{0});
  surgery.set_entry(f::kStrings, f::entry::kTagAt, f::tag("GONE"));
  check_refused(surgery.sealed(), Code::corrupt, "section STRS at byte 0: section is missing");
}

TEST_CASE("padding that is not zero is refused") {
  auto bytes = small_bundle();
  bool padded = false;
  Surgery surgery(bytes);
  for (auto tag : {f::kStrings, f::kPacked, f::kBias, f::kTexts}) {
    if (surgery.length_of(tag) % 8 == 0 || padded) continue;
    surgery.set(tag, surgery.length_of(tag), std::uint8_t{1});
    padded = true;
  }
  REQUIRE(padded);
  check_refused(surgery.sealed(), Code::corrupt, "laid out");
}

namespace {
void check_lies(std::vector<std::byte> const& whole, std::vector<Lie> const& lies) {
  REQUIRE(Bundle::from_bytes(whole));
  for (auto const& one : lies) {
    Surgery surgery(whole);
    one.tell(surgery);
    auto const error = refused(surgery.sealed());
    CHECK_MESSAGE(error.code == Code::corrupt, error.what);
    CHECK_MESSAGE(error.what.find(one.section) != std::string::npos, error.what, " should name ",
                  std::string(one.section));
    CHECK_MESSAGE(error.what.find(one.words) != std::string::npos, error.what, " lacks ", std::string(one.words));
  }
}
}  // namespace

TEST_CASE("a lie that every checksum confirms is still refused, and its section named") {
  check_lies(small_bundle(), kLies);
}

TEST_CASE("lies in the table of the first version are refused as well") {
  check_lies(shop::golden("bundle-v1.tcb"), kPlainLies);
}

TEST_CASE("a bundle has one affinity table: not none, not two") {
  auto const whole = small_bundle();
  auto none = Surgery(whole);
  none.set_entry(f::kPacked, f::entry::kFlagsAt, std::uint16_t{0});
  none.set_entry(f::kPacked, f::entry::kTagAt, f::tag("GONE"));
  check_refused(none.sealed(), Code::corrupt, "section AFFP at byte 0: section is missing");
  check_refused(Surgery(whole).append(f::kAffinity, f::entry::kRequired, {}).sealed(), Code::corrupt,
                "section AFFP at byte 0: section is there twice");
}

TEST_CASE("a reader of the first version refuses the packed table as newer, not as damaged") {
  // It skips what it does not know unless it is flagged: so it must be.
  auto const whole = small_bundle();
  auto const flags = Surgery(whole).get_entry<std::uint16_t>(f::kPacked, f::entry::kFlagsAt);
  CHECK((flags & f::entry::kRequired) != 0);
}

TEST_CASE("text that is not UTF-8 is refused though its checksum is right") {
  auto const whole = small_bundle();
  Surgery surgery(whole);
  auto const name = surgery.get<std::uint32_t>(f::kItems, f::item::kName);
  surgery.set(f::kStrings, name + 2, std::uint8_t{0xFF});
  check_refused(surgery.sealed(), Code::corrupt, "section ITEM at byte 4: text is not UTF-8");
}

TEST_CASE("any one changed byte with right checksums is refused or opens a bundle that can be read to the end") {
  auto const whole = small_bundle();
  std::size_t opened = 0;
  for (std::size_t n = f::header::kBytes; n < whole.size(); ++n) {
    auto changed = whole;
    changed[n] ^= std::byte{0x55};
    auto const bytes = Surgery(changed).sealed();
    auto bundle = Bundle::from_bytes(bytes);
    if (!bundle) continue;
    ++opened;
    Engine engine(std::make_shared<Bundle const>(*bundle));
    auto sale = shop::sale_with(*bundle, {0, 6});
    for (auto stage : {Stage::scan, Stage::subtotal, Stage::tender}) {
      auto const decision = engine.decide(sale, stage, {});
      for (std::size_t k = 0; k < decision.offer_count; ++k) (void)script(*bundle, decision.offers[k], "en");
    }
  }
  MESSAGE(opened << " of " << whole.size() << " changed bundles are valid ones with another content");
  CHECK(opened > 0);
}

TEST_CASE("a row longer than the limit is refused though its entries are in order") {
  auto source = shop::random_source(4100, 0, 1);
  for (std::uint32_t n = 1; n <= 4096; ++n) source.rows[0].push_back({n, 1.0F});
  source.rows[1] = {{4099, 1.0F}};
  auto const bytes = write_bundle(source);
  REQUIRE(bytes);
  REQUIRE(Bundle::from_bytes(*bytes));
  Surgery surgery(*bytes);
  auto const rows = surgery.length_of(f::kPacked) - f::kPackedTail;
  auto const row_of_1 = Bundle::from_bytes(*bytes)->row(ItemIx{1}).size();
  REQUIRE(row_of_1 == 1);
  // The long row is the first: its count stands behind the scale and the mark of a long one.
  for (std::size_t at = 0; at < rows; ++at) {
    if (surgery.get<std::uint8_t>(f::kPacked, at) != 255 || surgery.get<std::uint16_t>(f::kPacked, at + 1) != 4096) {
      continue;
    }
    surgery.set(f::kPacked, at + 1, std::uint16_t{4097});
    return check_refused(surgery.sealed(), Code::corrupt, "count");
  }
  FAIL("no long row");
}

TEST_CASE("records with fields appended by a newer writer are read by this one") {
  auto const whole = small_bundle();
  auto const plain = Bundle::from_bytes(whole);
  REQUIRE(plain);
  for (auto tag : {f::kMeta, f::kCategories, f::kItems, f::kCodes, f::kPopular, f::kPolicy, f::kCampaigns, f::kTargets,
                   f::kTexts, f::kSets}) {
    Surgery surgery(whole);
    surgery.widen(tag, 12);
    auto const wide = surgery.sealed();
    auto const bundle = Bundle::from_bytes(wide);
    REQUIRE_MESSAGE(bundle, (bundle ? "" : bundle.error().what));
    CHECK(bundle->item_count() == plain->item_count());
    CHECK(bundle->find("900") == ItemIx{shop::honey});
    CHECK(bundle->item(ItemIx{shop::torch}).name == "Torch");
    CHECK(bundle->item(ItemIx{shop::torch}).category == "Household");
    CHECK(bundle->popular(3) == plain->popular(3));
    CHECK(bundle->target(0, 1) == ItemIx{shop::jam});
    CHECK(bundle->text_in("ru", "a") == "3");
    CHECK(bundle->set(1).extras[2] == ItemIx{shop::honey});
    CHECK(bundle->policy().max_hints_per_sale == 5);
  }
}
