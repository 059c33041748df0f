#include "names/name_index.hpp"

#include <algorithm>
#include <tuple>

#include "names/abbreviation.hpp"
#include "names/name_form.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {
namespace {

/// The first letters of the first two words.
std::uint32_t initials_of(std::string_view folded_name) noexcept {
  auto const first_bytes = [](std::string_view word) {
    std::uint32_t out = 0;
    for (auto const byte : word.substr(0, 2)) out = out << 8U | static_cast<unsigned char>(byte);
    return word.size() > 1 && static_cast<unsigned char>(word.front()) < 0x80 ? out >> 8U : out;
  };
  auto const space = folded_name.find(' ');
  auto const first = first_bytes(folded_name.substr(0, space));
  if (space == std::string_view::npos) return first << 16U;
  return first << 16U | first_bytes(folded_name.substr(space + 1));
}

}  // namespace

NameMatcher::Index::Index(std::span<NamedItem const> items) {
  items_.reserve(items.size());
  forms_.reserve(items.size() + items.size() / 4);
  initials_.reserve(items.size());
  pool_.reserve(items.size() * 48);
  for (auto const& item : items) add(item);
  sort();
}

NameMatcher::Index::Text NameMatcher::Index::keep(std::string_view bytes) {
  Text const where{static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(bytes.size())};
  pool_ += bytes;
  return where;
}

void NameMatcher::Index::add(NamedItem const& item) {
  auto const forms = name_forms(from_utf8(item.name.substr(0, kMaxName)));
  if (forms.empty()) return;
  auto const number = static_cast<std::uint32_t>(items_.size());
  Item kept{keep(item.sku), {}, item.price_minor.value_or(kNoPrice)};
  for (auto const& form : forms) forms_.push_back({keep(form), number});
  kept.name = forms_[forms_.size() - forms.size()].text;
  initials_.push_back({initials_of(forms.front()), number});
  items_.push_back(kept);
}

void NameMatcher::Index::sort() {
  std::sort(forms_.begin(), forms_.end(), [this](Form const& a, Form const& b) { return text(a.text) < text(b.text); });
  std::sort(initials_.begin(), initials_.end(), [this](Initial const& a, Initial const& b) {
    return std::tuple(a.letters, items_[a.item].price) < std::tuple(b.letters, items_[b.item].price);
  });
}

template <class Fit>
NameMatcher::Index::Fits NameMatcher::Index::from(std::string_view form, std::optional<std::int64_t> price,
                                                  Fit fit) const {
  Fits out;
  auto at = std::lower_bound(forms_.begin(), forms_.end(), form,
                             [this](Form const& one, std::string_view wanted) { return text(one.text) < wanted; });
  for (std::size_t looked = 0; at != forms_.end() && fit(text(at->text)); ++at) {
    if (++looked > kMostLooked) return {{2, 0}, {2, 0}, {}};
    out.any.add(at->item);
    if (price && items_[at->item].price == *price) out.priced.add(at->item);
    if (price && near(*price, items_[at->item].price)) out.near.add(at->item);
  }
  return out;
}

NameMatcher::Index::Fits NameMatcher::Index::whole(std::string_view form, std::optional<std::int64_t> price) const {
  return from(form, price, [form](std::string_view one) { return one == form; });
}

NameMatcher::Index::Fits NameMatcher::Index::beginning(std::string_view form, std::optional<std::int64_t> price) const {
  return from(form, price, [form](std::string_view one) { return one.substr(0, form.size()) == form; });
}

NameMatcher::Index::Found NameMatcher::Index::abbreviated(std::string_view heard, std::optional<std::int64_t> price,
                                                          bool cut) const {
  auto const letters = initials_of(heard);
  auto const low = price.value_or(kNoPrice);
  auto const high = price.value_or(std::numeric_limits<std::int64_t>::max());
  auto at = std::lower_bound(initials_.begin(), initials_.end(), std::tuple(letters, low),
                             [this](Initial const& one, std::tuple<std::uint32_t, std::int64_t> const& wanted) {
                               return std::tuple(one.letters, items_[one.item].price) < wanted;
                             });
  Found out;
  std::size_t looked = 0;
  for (; at != initials_.end() && at->letters == letters && items_[at->item].price <= high; ++at) {
    if (++looked > kMostLooked) return {2, 0};
    if (abbreviates(heard, text(items_[at->item].name), cut)) out.add(at->item);
    if (out.count > 1) break;
  }
  return out;
}

std::size_t NameMatcher::Index::memory() const noexcept {
  return pool_.capacity() + items_.capacity() * sizeof(Item) + forms_.capacity() * sizeof(Form) +
         initials_.capacity() * sizeof(Initial);
}

}  // namespace tillcue::pos
