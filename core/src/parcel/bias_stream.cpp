#include <algorithm>
#include <bit>
#include <cstdlib>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "parcel/numbers.hpp"
#include "parcel/range_coder.hpp"
#include "parcel/table_stream.hpp"
#include "parcel/unit_ratio.hpp"

namespace tillcue::parcel {
namespace {

struct Models {
  std::array<Difference, 17> change;  ///< by the length of the old intercept
  std::array<Symbol<5>, 18> length;   ///< by the length of the one before
  std::array<Bit, 18> negative;
  Mantissa size;
};

/// Intercepts, each by the base's or by its neighbour's size. The same code writes and reads.
template <class Coder>
bool code_values(Coder& coder, std::vector<std::int32_t>& values, std::uint32_t& scale, std::uint32_t& ratio,
                 Base const* base) {
  Models models;
  Number head;
  scale = head.code(coder, scale);
  ratio = head.code(coder, ratio);
  unsigned before = 0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    std::int64_t value = values[n];
    auto const old = base == nullptr ? kNoItem : base->old_of[n];
    if (old != kNoItem && scale > 0) {
      auto const expected = in_new_units(format::bias_at(base->parts, old), ratio) / std::int64_t{scale};
      auto const size =
          std::min<unsigned>(static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(std::abs(expected)))), 16);
      value = expected + models.change[size].code(coder, value - expected);
    } else {
      auto const magnitude = static_cast<std::uint32_t>(std::abs(value));
      before = std::min(models.length[before].code(coder, static_cast<std::uint32_t>(std::bit_width(magnitude))), 17U);
      value = models.size.code(coder, magnitude, before);
      if (value != 0 && coder.bit(models.negative[before], values[n] < 0)) value = -value;
    }
    if (value < -32'768 || value > 32'767) return false;
    values[n] = static_cast<std::int32_t>(value);
  }
  return true;
}

}  // namespace

std::vector<std::byte> encode_bias(std::span<std::byte const> section, std::uint32_t items, double score_unit,
                                   Base const* base) {
  if (section.size() != format::kBiasHeader + 2 * std::size_t{items}) return {};
  auto scale = format::load<std::uint32_t>(section.data());
  auto ratio = base != nullptr ? unit_ratio(base->parts, score_unit) : 0U;
  std::vector<std::int32_t> values;
  for (std::size_t n = 0; n < items; ++n) {
    values.push_back(format::load<std::int16_t>(section.data() + format::kBiasHeader + 2 * n));
  }
  Encoder coder;
  if (!code_values(coder, values, scale, ratio, base)) return {};
  return coder.finish();
}

bool decode_bias(std::span<std::byte const> stream, std::uint32_t items, Base const* base,
                 std::span<std::byte> section) {
  if (section.size() != format::kBiasHeader + 2 * std::size_t{items}) return false;
  std::uint32_t scale = 0, ratio = 0;
  std::vector<std::int32_t> values(items);
  Decoder coder(stream);
  if (!code_values(coder, values, scale, ratio, base) || !coder.finished()) return false;
  format::store(section.data(), scale);
  format::store(section.data() + 4, items);
  for (std::size_t n = 0; n < items; ++n) {
    format::store(section.data() + format::kBiasHeader + 2 * n, static_cast<std::int16_t>(values[n]));
  }
  return true;
}

}  // namespace tillcue::parcel
