#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "tillcue/core/outcome.hpp"

namespace tillcue::pos {

/// The words of the wire for core's enumerations; both directions read the same table.
inline constexpr std::array<std::pair<Stage, std::string_view>, 3> kStageNames{
    {{Stage::scan, "scan"}, {Stage::subtotal, "subtotal"}, {Stage::tender, "tender"}}};
inline constexpr std::array<std::pair<PrintFate, std::string_view>, 3> kFateNames{
    {{PrintFate::printed, "printed"}, {PrintFate::unconfirmed, "unconfirmed"}, {PrintFate::dropped, "dropped"}}};

inline constexpr std::array<std::pair<OfferKind, std::string_view>, 2> kKindNames{
    {{OfferKind::suggestion, "suggestion"}, {OfferKind::notice, "notice"}}};

template <class Table, class Value>
constexpr std::string_view name_in(Table const& table, Value value) noexcept {
  for (auto const& [known, text] : table) {
    if (known == value) return text;
  }
  return {};
}

template <class Value, std::size_t N>
constexpr std::optional<Value> value_in(std::array<std::pair<Value, std::string_view>, N> const& table,
                                        std::string_view name) noexcept {
  for (auto const& [value, text] : table) {
    if (text == name) return value;
  }
  return {};
}

}  // namespace tillcue::pos
