#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/campaigns.hpp"

namespace tillcue::models {

/// A ready-made pack of what the law says of some goods: models/legal/NAME.json, with its sources.
struct LegalPack {
  std::string name, title;
  bool never_offered = false;        ///< ItemFlag::excluded
  bool not_counted = false;          ///< ItemFlag::not_counted
  bool no_volume_promotion = false;  ///< neither multi_buy nor buy_get nor set
  bool no_trigger = false;           ///< ItemFlag::no_trigger
};

/// All packs shipped. Threads  any.
std::span<LegalPack const> legal_packs();
/// nullptr when there is none.
LegalPack const* find_pack(std::string_view name);
/// "alcohol, tobacco_vapes, ..."
std::string known_packs();
bool knows_country(std::string_view country);
/// "AT, BE, ..."
std::string known_countries();

/// The packs that hold: those named, else those of every country and of the one named.
std::vector<LegalPack const*> packs_of(LegalChoice const& choice);

/// The word for which the pack catches an item: "category: Beer & wine" or "name: lager"; empty: it does not.
std::string caught_by(LegalPack const& pack, std::string_view category, std::string_view name);

struct LegalCatch {
  LegalPack const* pack = nullptr;
  std::uint32_t item = 0;  ///< of the source
  std::string why;
};
/// Every item each pack of the choice catches, pack by pack. Looks at names and categories only.
std::vector<LegalCatch> legal_catches(LegalChoice const& choice, BundleSource const& source);

}  // namespace tillcue::models
