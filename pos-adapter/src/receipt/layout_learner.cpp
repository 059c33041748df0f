#include "tillcue/pos/layout_learner.hpp"

#include <algorithm>
#include <cmath>

#include "layout_proposals.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kMostRead = 200, kMostSearched = 32, kBeam = 4, kMostWords = 6;

bool is_sale_that_adds_up(Receipt const& receipt) { return receipt.kind == SlipKind::sale && receipt.balanced; }

/// How many slips a layout explains. A sum of one item is weak evidence: a payment equals it as well. Items and a total
/// that do not add up break ties of nothing.
double score(std::span<SlipLines const> slips, ReceiptLayout const& layout) {
  double adds_up = 0, whole = 0;
  for (auto const& slip : slips) {
    auto const receipt = read_receipt(slip, layout);
    if (is_sale_that_adds_up(receipt)) adds_up += receipt.items.size() > 1 ? 1.0 : 0.3;
    if (receipt.kind == SlipKind::sale) whole += 1;
  }
  return adds_up + whole * 0.01;
}

struct Candidate {
  ReceiptLayout layout;
  double value = 0;
};

/// Tries layouts on a few slips and keeps the best.
class Search {
 public:
  Search(std::span<SlipLines const> slips, unsigned digits, std::atomic<bool> const* give_up)
      : give_up_(give_up),
        slips_(slips.first(std::min(slips.size(), kMostSearched))),
        labels_(reading::labels_beside_amounts(slips_, digits)),
        standing_(reading::standing_lines(slips_, digits)),
        columns_(reading::column_proposals(slips_, digits)),
        worth_(std::max(0.9, 0.05 * static_cast<double>(slips_.size()))) {
    generic_.digits = static_cast<std::uint8_t>(digits);
  }

  ReceiptLayout best();

 private:
  [[nodiscard]] bool perfect(Candidate const& one) const { return one.value >= static_cast<double>(slips_.size()); }
  [[nodiscard]] std::vector<Candidate> seeds() const;
  [[nodiscard]] std::vector<ReceiptLayout> steps_from(ReceiptLayout const& layout) const;
  void climb(Candidate& one) const;
  Candidate tried(ReceiptLayout layout) const {
    auto const value = give_up_ != nullptr && give_up_->load() ? 0 : score(slips_, layout);
    return {std::move(layout), value};
  }

  std::atomic<bool> const* give_up_;
  std::span<SlipLines const> slips_;
  std::vector<std::string> labels_, standing_;
  std::vector<ReceiptLayout> columns_;
  double worth_;  ///< what a declaration must gain: a slip and a twentieth of them, or it fits chance
  ReceiptLayout generic_;
};

/// Every total word with every set of columns.
std::vector<Candidate> Search::seeds() const {
  std::vector<Candidate> out{tried(generic_)};
  if (perfect(out.front())) return out;
  auto bases = columns_;
  bases.insert(bases.begin(), generic_);
  for (auto const& base : bases) {
    if (&base != &bases.front()) out.push_back(tried(base));
    for (auto const& label : labels_) {
      auto with = base;
      with.total_words.push_back(label);
      out.push_back(tried(std::move(with)));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](Candidate const& a, Candidate const& b) { return a.value > b.value; });
  if (out.size() > kBeam) out.resize(kBeam);
  return out;
}

std::vector<ReceiptLayout> Search::steps_from(ReceiptLayout const& layout) const {
  std::vector<ReceiptLayout> out;
  for (auto const& label : labels_) {
    if (layout.ignore_words.size() < kMostWords) {
      out.push_back(layout);
      out.back().ignore_words.push_back(label);
    }
  }
  for (auto const& label : labels_) {
    if (layout.total_words.size() >= kMostWords) break;
    out.push_back(layout);
    out.back().total_words.push_back(label);
  }
  if (!layout.items_after.empty()) return out;
  for (auto const& line : standing_) {
    out.push_back(layout);
    out.back().items_after = line;
  }
  return out;
}

/// One declaration more as long as it pays.
void Search::climb(Candidate& one) const {
  for (bool better = true; better && !perfect(one);) {
    Candidate next;
    for (auto& step : steps_from(one.layout)) {
      auto made = tried(std::move(step));
      if (made.value > next.value) next = std::move(made);
    }
    better = next.value >= one.value + worth_;
    if (better) one = std::move(next);
  }
}

ReceiptLayout Search::best() {
  auto chosen = tried(generic_);
  auto const floor = chosen.value;
  for (auto& seed : seeds()) {
    climb(seed);
    if (seed.value > chosen.value && seed.value >= floor + worth_) chosen = std::move(seed);
  }
  return std::move(chosen.layout);
}

bool may_be_sale(SlipLines const& slip, ReceiptLayout const& generic) {
  if (reading::lines_with_amounts(slip, generic.digits) < 2) return false;
  auto const kind = read_receipt(slip, generic).kind;
  return kind == SlipKind::sale || kind == SlipKind::nothing;
}

/// Lower bound of a share at 95 % (Wilson).
double at_least(std::size_t good, std::size_t all) {
  if (all == 0) return 0;
  constexpr double z = 1.645;
  auto const n = static_cast<double>(all);
  auto const share = static_cast<double>(good) / n;
  auto const middle = share + z * z / (2 * n);
  auto const spread = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return std::max(0.0, (middle - spread) / (1 + z * z / n));
}

std::size_t adding_up(std::span<SlipLines const> slips, ReceiptLayout const& layout) {
  return static_cast<std::size_t>(std::count_if(slips.begin(), slips.end(), [&](SlipLines const& slip) {
    return is_sale_that_adds_up(read_receipt(slip, layout));
  }));
}

/// Learned from one half and tried on the other, both ways.
void cross_check(std::span<SlipLines const> slips, unsigned digits, std::atomic<bool> const* give_up,
                 LearnedLayout& out) {
  std::vector<SlipLines> halves[2];
  for (std::size_t n = 0; n < slips.size(); ++n) halves[n % 2].push_back(slips[n]);
  for (int n = 0; n < 2; ++n) {
    auto const learned = Search(halves[n], digits, give_up).best();
    out.checked += halves[1 - n].size();
    out.held += adding_up(halves[1 - n], learned);
  }
  out.sureness = at_least(out.held, out.checked);
}

/// What payments are called, where the layout already reads sales and does not see how they were paid.
void learn_payments(std::span<SlipLines const> slips, ReceiptLayout& layout) {
  std::vector<std::optional<std::int64_t>> totals;
  for (auto const& slip : slips) {
    auto const receipt = read_receipt(slip, layout);
    bool const open = is_sale_that_adds_up(receipt) && receipt.tender.empty();
    totals.push_back(open ? receipt.total_minor : std::nullopt);
  }
  auto with = layout;
  with.tender_words = reading::payment_labels(slips, totals, layout);
  if (adding_up(slips, with) >= adding_up(slips, layout)) layout = std::move(with);
}

}  // namespace

LearnedLayout learn_layout(std::span<SlipLines const> slips, unsigned digits, std::atomic<bool> const* give_up) {
  slips = slips.first(std::min(slips.size(), kMostRead));
  ReceiptLayout generic;
  generic.digits = static_cast<std::uint8_t>(digits);
  std::vector<SlipLines> sales;
  for (auto const& slip : slips) {
    if (may_be_sale(slip, generic)) sales.push_back(slip);
  }
  LearnedLayout out;
  out.looked_at = sales.size();
  out.generic = adding_up(sales, generic);
  out.layout = Search(sales, digits, give_up).best();
  learn_payments(sales, out.layout);
  generic.name = out.layout.name = "generic";
  if (layout_json(out.layout) != layout_json(generic)) out.layout.name = "learned";
  out.add_up = adding_up(sales, out.layout);
  cross_check(sales, digits, give_up, out);
  for (auto const& slip : slips) out.read.push_back(read_receipt(slip, out.layout));
  return out;
}

}  // namespace tillcue::pos
