#include "tillcue/models/legal.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "tillcue/models/campaign_compile.hpp"
#include "word_patterns.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

std::string caught(std::string const& pack, std::string const& category, std::string const& name) {
  auto const* const found = find_pack(pack);
  REQUIRE(found != nullptr);
  return caught_by(*found, category, name);
}

std::vector<std::string> names_of(LegalChoice const& choice) {
  std::vector<std::string> names;
  for (auto const* const pack : packs_of(choice)) names.push_back(pack->name);
  return names;
}

bool has(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("words are runs of letters and digits in small letters without accents, in five languages") {
  CHECK(folded_words("Bière BLONDE, 33cl") == std::vector<std::string>{"biere", "blonde", "33cl"});
  CHECK(folded_words("Weißbier – süß") == std::vector<std::string>{"weissbier", "suss"});
  CHECK(folded_words("Ёлочное «ПИВО»") == std::vector<std::string>{"елочное", "пиво"});
  CHECK(folded_words("niño 0.0%") == std::vector<std::string>{"nino", "0", "0"});
  CHECK(folded_words("").empty());
}

TEST_CASE("patterns are words, phrases and beginnings and ends of words") {
  WordPatterns patterns;
  for (auto const* const text : {"red wine", "*bier", "vape*", "whisk*y", "gin"}) patterns.add(text);
  CHECK(patterns.find(folded_words("House red wine 1 l")) == "red wine");
  CHECK(patterns.find(folded_words("red grape wine")).empty());
  CHECK(patterns.find(folded_words("Kellerbier")) == "*bier");
  CHECK(patterns.find(folded_words("Vapes")) == "vape*");
  CHECK(patterns.find(folded_words("Irish Whiskey")) == "whisk*y");
  CHECK(patterns.find(folded_words("ginger")).empty());
  CHECK(patterns.find(folded_words("original")).empty());
}

TEST_CASE("each pack catches by category and by name, in every language it speaks") {
  struct {
    char const *pack, *category, *name;
  } const goods[] = {{"alcohol", "Beer & wine", "Harbour Brew 0.5 l"},
                     {"alcohol", "Пиво и вино", "Портовое 0,5 л"},
                     {"alcohol", "", "Stout 0.5 l"},
                     {"alcohol", "", "Kellerbier 0,5 l"},
                     {"alcohol", "", "Vin rouge de pays"},
                     {"alcohol", "", "Cerveza rubia"},
                     {"alcohol", "", "Водка 0,5 л"},
                     {"alcohol", "Spirituosen", "Hausmarke"},
                     {"alcohol", "hard drinks", "liquor (appetizer)"},
                     {"tobacco_vapes", "Tobacco", "Westline 20"},
                     {"tobacco_vapes", "", "Сигареты «Норд»"},
                     {"tobacco_vapes", "", "Drehtabak 30 g"},
                     {"tobacco_vapes", "", "Disposable vape mango"},
                     {"infant_formula", "", "First infant milk 800 g"},
                     {"infant_formula", "", "Pre Milch 600 g"},
                     {"infant_formula", "", "Смесь молочная с 0 мес"},
                     {"gift_cards", "", "Gift card 25 EUR"},
                     {"gift_cards", "Gift cards", "Music store 10"},
                     {"gift_cards", "", "Подарочная карта 1000"},
                     {"lottery", "", "Lottery ticket"},
                     {"lottery", "Lotto", "6 aus 49"},
                     {"age_restricted", "", "Chef's knife 20 cm"},
                     {"age_restricted", "Fireworks", "Golden rain"},
                     {"energy_drinks", "", "Энергетик 0,5 л"},
                     {"hfss", "Snacks", "Salted peanuts"}};
  for (auto const& [pack, category, name] : goods) {
    CAPTURE(pack);
    CAPTURE(name);
    CHECK(!caught(pack, category, name).empty());
  }
}

TEST_CASE("words that mean something else are not caught") {
  struct {
    char const *pack, *category, *name;
  } const goods[] = {{"alcohol", "Drinks", "Ginger beer 0.33 l"},
                     {"alcohol", "Beer & wine", "Lager, alcohol-free 0.5 l"},
                     {"alcohol", "Пиво и вино", "Пиво безалкогольное"},
                     {"alcohol", "Bier", "Weizen alkoholfrei"},
                     {"alcohol", "Meat", "Rump steak"},
                     {"alcohol", "Oil & spices", "White wine vinegar"},
                     {"alcohol", "Sweets", "Wine gums"},
                     {"alcohol", "Home", "Set of wine glasses"},
                     {"alcohol", "", "GIN AND TONIC MUG"},
                     {"alcohol", "", "COOK WITH WINE METAL SIGN"},
                     {"alcohol", "Bakery", "Original ginger biscuits"},
                     {"alcohol", "", "Уксус винный"},
                     {"alcohol", "", "Чипсы к пиву"},
                     {"tobacco_vapes", "Home", "Ashtray"},
                     {"infant_formula", "Baby", "Baby milk bottle"},
                     {"gift_cards", "Paper", "Gift card envelope"},
                     {"lottery", "Toys", "Lotto, the board game"},
                     {"age_restricted", "Toys", "Toy axe"},
                     {"hfss", "", "Cake tin 26 cm"},
                     {"hfss", "Soft drinks", "Cola zero 1.5 l"}};
  for (auto const& [pack, category, name] : goods) {
    CAPTURE(name);
    CHECK(caught(pack, category, name) == "");
  }
}

TEST_CASE("what caught an item is told") {
  CHECK(caught("alcohol", "Beer & wine", "Harbour Brew") == "category: Beer & wine");
  CHECK(caught("alcohol", "Offers", "Irish stout") == "name: stout");
}

TEST_CASE("a country switches its packs on, none the documented ones, and a list replaces both") {
  auto const nobody = names_of({});
  CHECK(nobody.size() == 6);
  CHECK(has(nobody, "alcohol"));
  CHECK(!has(nobody, "hfss"));
  LegalChoice britain;
  britain.country = "GB";
  CHECK(has(names_of(britain), "hfss"));
  CHECK(has(names_of(britain), "lottery"));
  LegalChoice russia;
  russia.country = "RU";
  CHECK(has(names_of(russia), "energy_drinks"));
  LegalChoice own;
  own.country = "GB";
  own.own_packs = true;
  own.packs = {"lottery"};
  CHECK(names_of(own) == std::vector<std::string>{"lottery"});
  own.packs.clear();
  CHECK(names_of(own).empty());
}

TEST_CASE("packs set the flags of what they catch, but of what is excepted") {
  BundleSource source;
  source.categories = {"Beer & wine", "Snacks"};
  for (auto const* const name : {"Lager", "Ale", "Crisps"}) {
    ItemSource item;
    item.sku = item.name = name;
    item.category = std::string_view(name) == "Crisps" ? 1 : 0;
    source.items.push_back(item);
  }
  Campaigns campaigns;
  campaigns.legal.except = {"Ale"};
  auto const applied = apply_campaigns(campaigns, source);
  auto const excluded = static_cast<std::uint16_t>(ItemFlag::excluded);
  auto const apart = static_cast<std::uint16_t>(ItemFlag::not_counted);
  CHECK(source.items[0].flags == (excluded | apart));
  CHECK(source.items[1].flags == 0);
  CHECK(source.items[2].flags == 0);
  REQUIRE(applied.legal.size() == 1);
  auto const notes = legal_notes(applied, source, 3);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] == "legal pack alcohol: 1 item is never offered (Lager)");
}

TEST_CASE("quantity promotions leave out what a pack forbids them for, and disappear when nothing is left") {
  BundleSource source;
  source.categories = {"Snacks", "Fruit"};
  for (auto const* const name : {"Crisps", "Apples"}) {
    ItemSource item;
    item.sku = item.name = name;
    item.category = std::string_view(name) == "Crisps" ? 0 : 1;
    source.items.push_back(item);
  }
  Campaigns campaigns;
  campaigns.legal.country = "GB";
  Campaign mixed;
  mixed.source.id = "mixed";
  mixed.source.type = OfferType::multi_buy;
  mixed.trigger.categories = {"Snacks", "Fruit"};
  auto gone = mixed;
  gone.source.id = "gone";
  gone.trigger.categories = {"Snacks"};
  auto coupon = gone;
  coupon.source.id = "coupon";
  coupon.source.type = OfferType::coupon;
  campaigns.campaigns = {mixed, gone, coupon};
  auto const applied = apply_campaigns(campaigns, source);
  REQUIRE(source.campaigns.size() == 2);
  CHECK(source.campaigns[0].trigger_items == std::vector<std::uint32_t>{1});
  CHECK(applied.number[1] == AppliedCampaigns::kDropped);
  CHECK(source.campaigns[1].id == "coupon");
  CHECK(source.campaigns[1].trigger_items == std::vector<std::uint32_t>{0});
}

TEST_CASE("formula, tobacco and lotteries bring nothing about, other packs only when told to") {
  std::vector<std::string> silent;
  for (auto const& pack : legal_packs()) {
    if (pack.no_trigger) silent.push_back(pack.name);
  }
  std::sort(silent.begin(), silent.end());
  CHECK(silent == std::vector<std::string>{"infant_formula", "lottery", "tobacco_vapes"});
  auto const flagged = [](LegalChoice legal, std::string const& name) {
    BundleSource source;
    source.items.resize(1);
    source.items[0].sku = "1";
    source.items[0].name = name;
    Campaigns campaigns;
    campaigns.legal = std::move(legal);
    (void)apply_campaigns(campaigns, source);
    return (source.items[0].flags & static_cast<std::uint16_t>(ItemFlag::no_trigger)) != 0;
  };
  CHECK(flagged({}, "First infant milk 800 g"));
  CHECK_FALSE(flagged({}, "Stout 0.5 l"));
  LegalChoice alcohol;
  alcohol.silent = {"alcohol"};
  CHECK(flagged(alcohol, "Stout 0.5 l"));
  LegalChoice except;
  except.except = {"1"};
  CHECK_FALSE(flagged(except, "First infant milk 800 g"));
}
