#include "tillcue/core/phrase_check.hpp"

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "phrases.hpp"
#include "phrases_en.hpp"
#include "phrases_ru.hpp"

using namespace tillcue;

namespace {

bool faults(std::string_view text, std::string_view what, std::string_view language = "en") {
  auto const check = check_phrase(text, language);
  for (auto const& fault : check.faults) {
    if (fault.find(what) != std::string::npos) return true;
  }
  for (auto const& fault : check.faults) MESSAGE(fault);
  return false;
}

}  // namespace

TEST_CASE("our own words have no fault and raise no doubt") {
  for (auto const& [language, words] :
       {std::pair{"en", std::span<BuiltIn const>(kEnglish)}, std::pair{"ru", std::span<BuiltIn const>(kRussian)}}) {
    for (auto const& word : words) {
      // These two are filled in by themselves.
      if (word.key == "size.times" || word.key.substr(0, 5) == "share") continue;
      auto const check = check_phrase(word.text, language);
      CHECK_MESSAGE(check.faults.empty(), std::string(word.key));
      // Few and many have one form where no noun is counted.
      CHECK_MESSAGE((check.doubts.empty() || std::string_view(language) == "ru"), std::string(word.key));
    }
  }
}

TEST_CASE("every variable that is known is filled in, and none that is not") {
  auto source = shop::source();
  auto campaign = shop::coupon("c");
  campaign.type = OfferType::suggestion;
  campaign.stages = 7;
  source.campaigns = {campaign};
  std::string text;
  for (auto const& known : kOfferVariables) {
    text += "<{" + std::string(known.name) + "}>";
    if (known.counted) text += "{" + std::string(known.name) + ", plural, other {#}}";
  }
  source.texts = {{"en", "script.c0", text + "{nobody}"}};
  auto const opened = shop::open(source);
  Offer offer;
  offer.item = ItemIx{shop::butter};
  offer.campaign = 0;
  auto const said = script(*opened, offer, "en");
  CHECK(said.find('{') == said.rfind('{'));
  CHECK(said.find("{nobody}") != std::string::npos);
  CHECK(faults(text + "{nobody}", "{nobody}, which is no variable; there are item, trigger"));
  CHECK(check_phrase(text, "en").faults.empty());
}

TEST_CASE("what is not balanced, not counted or no case of the language is named") {
  CHECK(faults("Take {item", "{ that is never closed"));
  CHECK(faults("Take item}", "} without {"));
  CHECK(faults("Take [{item}", "[ that is never closed"));
  CHECK(faults("Take {item}]", "] without ["));
  CHECK(faults("[Take [{item}]]", "[ within [ ]"));
  CHECK(check_phrase("Take [[{item}[, {price}]", "en").faults.empty());
  CHECK(faults("{item, plural, one {a} other {b}}", "counts item, which is no number; counted are more, buy, get"));
  CHECK(faults("{buy,plural, other {b}}", "write {buy, plural, one"));
  CHECK(faults("{buy, number}", "write {buy, plural, one"));
  CHECK(faults("{buy, plural, one {a}}", "has no case other"));
  CHECK(faults("{buy, plural, one {a} one {b} other {c}}", "has the case one twice"));
  CHECK(faults("{buy, plural, few {a} other {c}}", "'few' is no case of en; it counts by one, other"));
  CHECK(faults("{buy, plural, one other {c}}", "'one other' is no case"));
  CHECK(faults("{buy, plural, {c}}", "cases are not like"));
  CHECK(faults("{buy, plural, one {{itm}} other {#}}", "{itm}, which is no variable"));
  auto const russian = check_phrase("{buy, plural, one {#} other {#}}", "ru");
  CHECK(russian.faults.empty());
  REQUIRE(russian.doubts.size() == 1);
  CHECK(russian.doubts[0].find("no case few, many") != std::string::npos);
}

TEST_CASE("what is said outside of brackets is told apart, and the length is that of the words alone") {
  auto const check = check_phrase("Take {item}[, for {paid}]", "en");
  CHECK(check.variables == std::set<std::string>{"item", "paid"});
  CHECK(check.bare == std::set<std::string>{"item"});
  CHECK(plain_length("Берите {item}[, за {paid}]") == 12);
  CHECK(plain_length("{buy, plural, one {Buy one} other {Buy #}}!") == 8);
  CHECK(is_said("script.upgrade"));
  CHECK(is_said("headline.percent"));
  CHECK_FALSE(is_said("script.bougth_together"));
}
