#include "tillcue/pos/name_matcher.hpp"

#include <algorithm>
#include <array>

#include "names/name_form.hpp"
#include "names/name_index.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kLeastBeginning = 4;     ///< bytes of a beginning with the right price
constexpr std::size_t kLeastUnpriced = 8;      ///< without a price, or with another one
constexpr std::size_t kLeastAbbreviation = 6;  ///< letters of it with the right price
constexpr std::size_t kLeastVague = 9;         ///< letters of it without a price
/// Of more names that one of them costs just this is chance too often: the others are sold at other prices as well.
constexpr std::size_t kMostTheirPriceTellsApart = 4;

std::size_t letters_in(std::string_view folded) {
  return folded.size() - static_cast<std::size_t>(std::count(folded.begin(), folded.end(), ' '));
}

}  // namespace

std::string_view name(MatchHow how) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"unknown", "ambiguous", "alias", "whole", "cut", "abbreviated"};
  return kNames[static_cast<std::size_t>(how)];
}

NameMatcher::NameMatcher(std::span<NamedItem const> items) : index_(std::make_unique<Index>(items)) {}
NameMatcher::~NameMatcher() = default;
NameMatcher::NameMatcher(NameMatcher&&) noexcept = default;
NameMatcher& NameMatcher::operator=(NameMatcher&&) noexcept = default;

std::size_t NameMatcher::size() const noexcept { return index_->size(); }
std::size_t NameMatcher::memory() const noexcept { return index_->memory(); }

NameMatch NameMatcher::find(HeardName const& heard) const {
  auto const characters = mended(from_utf8(heard.text.substr(0, kMaxName)));
  // A blank at the cut is gone by now, so one character less may be a cut name still.
  bool const may_be_cut = heard.cut_at == 0 || characters.size() + 1 >= heard.cut_at;
  auto const taken = [&](std::uint32_t item, MatchHow how) {
    return NameMatch{how, Sku(std::string(index_->sku(item)))};
  };
  auto const likely = [&](std::optional<std::int64_t> price, std::uint32_t item) {
    return !price || index_->price(item) == Index::kNoPrice || Index::near(*price, index_->price(item));
  };
  bool ambiguous = false;
  auto const forms = name_forms(characters);
  for (auto const& form : forms) {
    auto const whole = index_->whole(form, heard.price_minor);
    // A name that is whole as it stands is only doubted where the feed is known to cut here, or where it costs another.
    bool const settled = heard.cut_at == 0 && (heard.price_minor ? whole.priced.count > 0 : whole.any.count > 0);
    auto const fits = may_be_cut && !settled ? index_->beginning(form, heard.price_minor) : whole;
    if (fits.any.count == 0) continue;
    auto const how = [&](std::uint32_t item) {
      return whole.any.count == 1 && whole.any.item == item ? MatchHow::whole : MatchHow::cut;
    };
    if (fits.priced.count == 1 && form.size() >= kLeastBeginning && fits.near.count <= kMostTheirPriceTellsApart) {
      return taken(fits.priced.item, how(fits.priced.item));
    }
    bool const long_enough = form.size() >= kLeastUnpriced && likely(heard.price_minor, fits.any.item);
    if (fits.any.count == 1 && (long_enough || whole.any.count == 1)) return taken(fits.any.item, how(fits.any.item));
    ambiguous = true;
  }
  if (ambiguous || forms.empty()) return {ambiguous ? MatchHow::ambiguous : MatchHow::unknown, {}};

  auto const least = heard.price_minor ? kLeastAbbreviation : kLeastVague;
  if (letters_in(forms.front()) < least) return {};
  auto const found = index_->abbreviated(forms.front(), heard.price_minor, may_be_cut);
  if (found.count == 1) return taken(found.item, MatchHow::abbreviated);
  return {found.count > 1 ? MatchHow::ambiguous : MatchHow::unknown, {}};
}

Sku open_sku(std::string_view heard) {
  auto end = std::min(heard.size(), kMaxIdentifier - kOpenName.size());
  while (end < heard.size() && end > 0 && (static_cast<unsigned char>(heard[end]) & 0xC0U) == 0x80U) --end;
  return Sku(std::string(kOpenName) + std::string(heard.substr(0, end)));
}

}  // namespace tillcue::pos
