#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "format/layout.hpp"
#include "parcel/numbers.hpp"
#include "parcel/row_candidates.hpp"
#include "parcel/weight_scale.hpp"
#include "parcel/weighted_targets.hpp"

namespace tillcue::parcel {

/// One affinity table, row by row, in bits learned from the rows before; the same code writes and reads (see Encoder).
/// A row is: its scale; for each candidate (named by the old row, by the row of the other item, or by very many rows)
/// whether it is a target; how many other targets, and their gaps among what is no candidate, measured in items (the
/// first version) or by how often they were named (since the second); a weight for each target.
template <class Coder>
class RowCodec {
 public:
  /// Borrows coder and levels.
  RowCodec(Coder& coder, WeightLevels const& levels, std::uint32_t items, std::vector<std::uint32_t> hubs,
           std::uint16_t version)
      : coder_(coder),
        levels_(levels),
        items_(items),
        hubs_(std::move(hubs)),
        hub_bits_(hubs_.size()),
        meetings_(items),
        scales_(items, 0),
        models_(std::make_unique<Models>()) {
    if (version > 1) weighted_ = std::make_unique<WeightedTargets<Coder>>(coder, items, hubs_);
  }

  /// Writes `row`, or reads it; `old` is not known for an item that is new, or without a base.
  /// false: what was read is no row.
  bool code(Row& row, std::uint32_t source, OldRow const& old) {
    gather(source, old);
    if (!code_scale(row, old)) return false;
    if (row.scale_code != 0) {
      if (!code_targets(row, source, old) || !code_weights(row, old)) return false;
    } else {
      row.entries.clear();
    }
    remember(row, source);
    if (weighted_) weighted_->learn(source, row.entries);
    return true;
  }

 private:
  static constexpr unsigned kSizes = 14;
  struct Models {
    std::array<Bit, 3> empty;
    std::array<Symbol<8>, 12> scale;
    Difference scale_change;
    std::array<std::array<std::array<Bit, 3>, 5>, 24> kept;  ///< by how far above the old row's least, meeting, losses
    std::array<std::array<std::array<Bit, 6>, 13>, 5> met;   ///< by meeting, the other's weight, refusals so far
    std::array<std::array<Number, kSizes>, kSizes> others;
    std::array<std::array<Symbol<5>, 26>, 26> gap;  ///< by the gap to expect, the one before
    Mantissa gap_bits;
    std::array<std::array<Symbol<8>, 3>, 12> weight;  ///< by the row's length, distance
    std::array<Symbol<8>, 34> met_weight;             ///< by the weight the other row would suggest
    std::array<std::array<Bit, 3>, 13> same;
    std::array<std::array<Bit, 3>, 13> down;
    std::array<Number, 13> change;
  };

  static unsigned size_of(std::size_t number) {
    return std::min<unsigned>(static_cast<unsigned>(std::bit_width(number)), kSizes - 1);
  }

  void gather(std::uint32_t source, OldRow const& old) {
    candidates_.clear();
    for (auto const& entry : old.entries) {
      Candidate candidate;
      candidate.step = entry.step;
      candidate.old = true;
      candidate.old_level = entry.level;
      candidate.meeting = before(source, entry.step) ? Meeting::absent : Meeting::ahead;
      candidates_.push_back(candidate);
    }
    meetings_.take(source, [&](std::uint32_t other, Meeting meeting, std::uint8_t code) {
      Candidate candidate;
      candidate.step = other + items_ - source - 1;
      candidate.meeting = meeting;
      candidate.met_weight = weight_of(other, code);
      candidates_.push_back(candidate);
    });
    for (std::uint32_t n = 0; n < hubs_.size(); ++n) {
      if (hubs_[n] == source) continue;
      Candidate candidate;
      candidate.hub = n + 1;
      candidate.step = hubs_[n] > source ? hubs_[n] - source - 1 : hubs_[n] + items_ - source - 1;
      candidate.meeting = hubs_[n] < source ? Meeting::absent : Meeting::ahead;
      candidates_.push_back(candidate);
    }
    unite(candidates_);
    std::erase_if(candidates_,
                  [](Candidate const& c) { return !c.old && c.hub == 0 && c.meeting == Meeting::dropped; });
  }

  [[nodiscard]] bool before(std::uint32_t source, std::uint32_t step) const { return source + 1 + step >= items_; }

  /// What a row before adds to a target.
  [[nodiscard]] std::int32_t weight_of(std::uint32_t source, std::uint8_t code) const {
    return levels_.value(code) * static_cast<std::int32_t>(format::scale_of_code(scales_[source]));
  }

  bool code_scale(Row& row, OldRow const& old) {
    auto& empty = models_->empty[old.known ? (old.entries.empty() ? 1U : 2U) : 0U];
    if (coder_.bit(empty, row.scale_code == 0)) {
      row.scale_code = 0;
      return true;
    }
    std::int64_t code = row.scale_code;
    if (!old.entries.empty()) {
      auto const expected = nearest_scale_code(old.scale);
      code = expected + models_->scale_change.code(coder_, code - expected);
    } else {
      code = models_->scale[last_scale_ >> 4U].code(coder_, row.scale_code);
    }
    if (code < 1 || code > std::int64_t{format::kMaxScaleCode}) return false;
    row.scale_code = static_cast<std::uint8_t>(code);
    last_scale_ = row.scale_code;
    return true;
  }

  /// In 1/3 of a doubling above the least weight of the old row.
  static std::size_t height(std::int32_t level, std::int32_t least) {
    auto const ratio = static_cast<std::uint32_t>(std::abs(level)) * 16U / static_cast<std::uint32_t>(least);
    auto const length = static_cast<unsigned>(std::bit_width(ratio));
    auto const half = length > 1 ? ratio >> (length - 2) & 1U : 0U;
    return std::min<std::size_t>(length < 5 ? 0 : 2 * (length - 5) + half, 23);
  }

  bool is_taken(Candidate const& candidate, Row const& row, std::size_t least, std::size_t& refused) {
    auto const meeting = static_cast<std::size_t>(candidate.meeting);
    Bit* model = nullptr;
    if (candidate.old) {
      auto const h = height(candidate.old_level, static_cast<std::int32_t>(least));
      model = &models_->kept[h][meeting][std::min<std::size_t>(refused, 2)];
    } else if (candidate.hub != 0) {
      model = &hub_bits_[candidate.hub - 1][candidate.meeting == Meeting::ahead   ? 0
                                            : candidate.meeting == Meeting::fresh ? 1
                                            : candidate.meeting == Meeting::kept  ? 2
                                                                                  : 3];
    } else {
      auto const level = static_cast<unsigned>(std::abs(candidate.met_weight)) / scale_;
      model = &models_->met[meeting][std::min<unsigned>(static_cast<unsigned>(std::bit_width(level)), 12)]
                           [std::min<std::size_t>(run_, 5)];
    }
    bool present = false;
    if constexpr (Coder::kWrites) present = holds(row, candidate.step);
    present = coder_.bit(*model, present);
    if (candidate.old && !present) ++refused;
    if (!candidate.old && candidate.hub == 0) run_ = present ? std::min<std::size_t>(run_ + 1, 5) : run_ / 2;
    return present;
  }

  static bool holds(Row const& row, std::uint32_t step) {
    auto const found = std::lower_bound(row.entries.begin(), row.entries.end(), step,
                                        [](Entry const& entry, std::uint32_t wanted) { return entry.step < wanted; });
    return found != row.entries.end() && found->step == step;
  }

  bool code_targets(Row& row, std::uint32_t source, OldRow const& old) {
    scale_ = format::scale_of_code(row.scale_code);
    std::int32_t least = format::kMaxLevel;
    for (auto const& entry : old.entries) least = std::clamp(std::abs(entry.level), 1, least);
    std::size_t refused = 0, taken = 0;
    run_ = 2;
    for (auto& candidate : candidates_) {
      candidate.taken = is_taken(candidate, row, static_cast<std::size_t>(least), refused);
      taken += candidate.taken ? 1 : 0;
    }
    auto& number = old.known ? models_->others[size_of(old.entries.size())][size_of(refused)]
                             : models_->others[size_of(last_others_)][0];
    auto const others = number.code(coder_, static_cast<std::uint32_t>(row.entries.size() - taken));
    last_others_ = others;
    if (others + taken > format::kMaxRow || others + taken == 0) return false;
    return weighted_ ? code_weighted(row, source, others) : code_others(row, others);
  }

  /// Targets that are no candidates, by weight. Leaves those of the row in `found_` as code_others() does.
  bool code_weighted(Row const& row, std::uint32_t source, std::uint32_t others) {
    steps_.assign(others, 0);
    if constexpr (Coder::kWrites) {
      auto const is_less = [](Candidate const& candidate, std::uint32_t step) { return candidate.step < step; };
      auto next = steps_.begin();
      for (auto const& entry : row.entries) {
        auto const at = std::lower_bound(candidates_.begin(), candidates_.end(), entry.step, is_less);
        if (at == candidates_.end() || at->step != entry.step) *next++ = entry.step;
      }
    }
    if (!weighted_->code(source, candidates_, steps_)) return false;
    found_.clear();
    std::size_t next = 0;
    for (auto const step : steps_) {
      for (; next < candidates_.size() && candidates_[next].step < step; ++next) keep_if_taken(next);
      found_.push_back({step, kNoCandidate});
    }
    for (; next < candidates_.size(); ++next) keep_if_taken(next);
    return true;
  }

  /// Targets that are no candidates: gaps over the places that are none either. Leaves the targets of the row in
  /// `found_`, ascending, each with its candidate.
  bool code_others(Row const& row, std::uint32_t others) {
    found_.clear();
    std::size_t next = 0, entry = 0;
    std::uint32_t at = 0, gap_before = 25;
    auto free = static_cast<std::uint32_t>(items_ - 1 - std::min<std::size_t>(candidates_.size(), items_ - 1));
    for (std::uint32_t n = 0; n < others; ++n) {
      std::uint32_t gap = 0;
      if constexpr (Coder::kWrites) gap = gap_to(row, entry, next, at);
      gap = code_gap(gap, free / (others - n), gap_before);
      if (gap >= free) return false;
      free -= gap + 1;
      while (next < candidates_.size() && candidates_[next].step - at <= gap) {
        gap -= candidates_[next].step - at;
        at = candidates_[next].step + 1;
        keep_if_taken(next++);
      }
      at += gap;
      found_.push_back({at++, kNoCandidate});
    }
    while (next < candidates_.size()) keep_if_taken(next++);
    return true;
  }

  void keep_if_taken(std::size_t n) {
    if (candidates_[n].taken) found_.push_back({candidates_[n].step, static_cast<std::uint32_t>(n)});
  }

  /// How many places that are no candidates lie before the next target that is none.
  std::uint32_t gap_to(Row const& row, std::size_t& entry, std::size_t candidate, std::uint32_t at) const {
    std::uint32_t passed = 0;
    for (;; ++entry) {
      auto const step = row.entries[entry].step;
      while (candidate < candidates_.size() && candidates_[candidate].step < step) ++candidate, ++passed;
      if (candidate == candidates_.size() || candidates_[candidate].step != step)
        return row.entries[entry++].step - at - passed;
    }
  }

  std::uint32_t code_gap(std::uint32_t gap, std::uint32_t expected, std::uint32_t& before) {
    auto& length = models_->gap[std::min<unsigned>(static_cast<unsigned>(std::bit_width(expected)), 25)][before];
    before = length.code(coder_, static_cast<std::uint32_t>(std::bit_width(gap)));
    auto const coded = models_->gap_bits.code(coder_, gap, before);
    before = std::min(before, 24U);
    return coded;
  }

  bool code_weights(Row& row, OldRow const& old) {
    auto const size = std::min<unsigned>(static_cast<unsigned>(std::bit_width(found_.size())), 11);
    std::size_t mood = 1;
    if constexpr (!Coder::kWrites) row.entries.resize(found_.size());
    for (std::size_t n = 0; n < found_.size(); ++n) {
      auto& entry = row.entries[n];
      entry.step = found_[n].step;
      auto const* const candidate = found_[n].candidate == kNoCandidate ? nullptr : &candidates_[found_[n].candidate];
      std::int64_t code = entry.code;
      if (candidate != nullptr && candidate->old) {
        code = code_change(code, levels_.code_of(expected_level(*candidate, old)), mood);
      } else if (candidate != nullptr && candidate->meeting >= Meeting::fresh) {
        auto const level = candidate->met_weight / static_cast<std::int32_t>(scale_);
        auto const expected =
            levels_.code_of(level) >> (levels_.bits() - 4) | (std::abs(level) > format::kMaxLevel ? 16U : 0U);
        code = models_->met_weight[expected].code(coder_, entry.code, levels_.bits());
      } else {
        auto const far = std::min(entry.step, items_ - 2 - entry.step);
        code = models_->weight[size][far < 64 ? 0 : far < 1024 ? 1 : 2].code(coder_, entry.code, levels_.bits());
      }
      if (code < 0 || code >> levels_.bits() != 0) return false;
      entry.code = static_cast<std::uint8_t>(code);
    }
    return true;
  }

  /// The old weight in levels of the new row.
  [[nodiscard]] std::int32_t expected_level(Candidate const& candidate, OldRow const& old) const {
    auto const step = std::int64_t{16} * scale_;
    auto const twice = 2 * std::int64_t{candidate.old_level} * old.scale;
    auto const level = (twice >= 0 ? twice + step : twice - step) / (2 * step);
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(level, -std::int64_t{format::kMaxLevel}, std::int64_t{format::kMaxLevel}));
  }

  /// A weight by the code that is nearest to the old one. `mood`: how the last of the row went.
  std::int64_t code_change(std::int64_t code, std::int64_t expected, std::size_t& mood) {
    auto const height = std::min<std::size_t>(
        static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(std::abs(levels_.value(expected))))), 12);
    if (coder_.bit(models_->same[height][mood == 1 ? 0 : 1], code == expected)) {
      mood = 1;
      return expected;
    }
    bool const down = coder_.bit(models_->down[height][mood], code < expected);
    mood = down ? 0 : 2;
    auto const size =
        std::int64_t{models_->change[height].code(coder_, static_cast<std::uint32_t>(std::abs(code - expected)) - 1)};
    return down ? expected - 1 - size : expected + 1 + size;
  }

  /// For the rows of the targets that are still to come.
  void remember(Row const& row, std::uint32_t source) {
    auto const ahead = items_ - 1 - source;  // steps below this are items with higher numbers
    scales_[source] = row.scale_code;
    std::size_t at = 0;
    for (auto const& entry : row.entries) {
      if (entry.step >= ahead) break;
      while (at < candidates_.size() && candidates_[at].step < entry.step) ++at;
      bool const old = at < candidates_.size() && candidates_[at].step == entry.step && candidates_[at].old;
      meetings_.add(source + 1 + entry.step, source, old ? Meeting::kept : Meeting::fresh, entry.code);
    }
    for (auto const& candidate : candidates_) {
      if (candidate.step >= ahead) break;
      if (candidate.old && (row.scale_code == 0 || !candidate.taken)) {
        meetings_.add(source + 1 + candidate.step, source, Meeting::dropped, 0);
      }
    }
  }

  static constexpr std::uint32_t kNoCandidate = 0xFFFF'FFFF;
  struct Found {
    std::uint32_t step, candidate;
  };

  Coder& coder_;
  WeightLevels const& levels_;
  std::uint32_t items_;
  std::vector<std::uint32_t> hubs_;
  std::vector<std::array<Bit, 4>> hub_bits_;
  Meetings meetings_;
  std::vector<std::uint8_t> scales_;  ///< of the rows before
  std::unique_ptr<Models> models_;
  std::vector<Candidate> candidates_;
  std::vector<Found> found_;
  std::vector<std::uint32_t> steps_;
  std::unique_ptr<WeightedTargets<Coder>> weighted_;  ///< none: the first version
  std::uint32_t last_others_ = 0, scale_ = 1;
  std::size_t run_ = 2;
  std::uint8_t last_scale_ = 0;
};

}  // namespace tillcue::parcel
