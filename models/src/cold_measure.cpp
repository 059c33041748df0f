#include "tillcue/models/cold_measure.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "cold_probability.hpp"
#include "tillcue/models/ranker.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kHits = 5;

std::uint64_t hash_of(std::string const& sku) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
  for (char const c : sku) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3ULL;
  return mix(hash);
}

std::vector<std::uint32_t> occurrences(Dataset const& data, std::vector<std::uint32_t> const& baskets) {
  std::vector<std::uint32_t> seen(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) ++seen[item];
  }
  return seen;
}

/// The given baskets; a hidden item stays in its first `keep` ones by hashed id.
Dataset masked(Dataset const& data, std::vector<std::uint32_t> baskets, std::vector<char> const& hidden,
               std::uint32_t keep) {
  std::stable_sort(baskets.begin(), baskets.end(),
                   [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  Dataset part;
  part.time_kind = data.time_kind;
  part.items = data.items;
  std::vector<std::uint32_t> kept(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) {
      if (hidden[item] == 0 || kept[item]++ < keep) part.basket_items.push_back(item);
    }
    part.begin.push_back(part.basket_items.size());
    part.times.push_back(data.times[n]);
    part.keys.push_back(data.keys[n]);
  }
  return part;
}

/// A later basket, split into what was hidden and what is known.
struct Question {
  std::vector<std::uint32_t> hidden, known;
};

struct Questions {
  std::vector<Question> cold, untouched;
};

Questions ask(Dataset const& data, std::vector<std::uint32_t> baskets, std::vector<char> const& hidden,
              std::vector<char> const& known, std::size_t most) {
  std::stable_sort(baskets.begin(), baskets.end(),
                   [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  Questions questions;
  std::size_t cold = 0, untouched = 0;
  for (auto const n : baskets) {
    Question question;
    for (auto const item : data.basket(n)) {
      if (hidden[item] != 0)
        question.hidden.push_back(item);
      else if (known[item] != 0)
        question.known.push_back(item);
    }
    auto const size = question.known.size();
    if (!question.hidden.empty() && size > 0 && cold < most) {
      cold += size;
      questions.cold.push_back(std::move(question));
    } else if (question.hidden.empty() && size > 1 && untouched < most) {
      untouched += size;
      questions.untouched.push_back(std::move(question));
    }
  }
  return questions;
}

/// One model being asked. Hidden items are never the answer, so they are passed over.
class Asked {
 public:
  Asked(Ranker& ranker, Dataset const& data, std::vector<char> const& hidden)
      : ranker_(ranker), passed_(ranker.bundle().item_count(), 0) {
    for (std::size_t n = 0; n < data.items.size(); ++n) {
      item_.push_back(ranker.bundle().find(data.items[n].sku));
      if (hidden[n] != 0 && item_[n] != kNoItem) {
        passed_[index(item_[n])] = 1;
        ++passed_count_;
      }
    }
    top_.resize(std::min<std::size_t>(ranker.bundle().item_count(), kHits + passed_count_));
  }

  void hold(std::vector<std::uint32_t> const& items) {
    for (auto const item : items) ranker_.scorer().add(item_[item]);
  }
  void clear() { ranker_.scorer().clear(); }
  void remove(std::uint32_t item) { ranker_.scorer().remove(item_[item]); }
  void add(std::uint32_t item) { ranker_.scorer().add(item_[item]); }
  /// The first kHits that were not hidden.
  std::vector<ItemIx> const& first() {
    first_.clear();
    for (auto const& scored : std::span(top_).first(ranker_.scorer().top(top_))) {
      if (passed_[index(scored.item)] == 0) first_.push_back(scored.item);
      if (first_.size() == kHits) break;
    }
    return first_;
  }
  [[nodiscard]] bool hit(std::uint32_t answer) const {
    return std::find(first_.begin(), first_.end(), item_[answer]) != first_.end();
  }

 private:
  Ranker& ranker_;
  std::vector<ItemIx> item_;
  std::vector<char> passed_;
  std::size_t passed_count_ = 0;
  std::vector<Scored> top_;
  std::vector<ItemIx> first_;
};

double share(std::size_t hits, std::size_t queries) {
  return queries > 0 ? static_cast<double>(hits) / static_cast<double>(queries) : 0;
}

/// Every known item hidden in turn, the others given. Returns hits and questions.
std::pair<std::size_t, std::size_t> leave_one_out(Asked& asked, std::vector<Question> const& questions) {
  std::size_t hits = 0, count = 0;
  for (auto const& question : questions) {
    if (question.known.size() < 2) continue;
    asked.clear();
    asked.hold(question.hidden);
    asked.hold(question.known);
    for (auto const answer : question.known) {
      asked.remove(answer);
      asked.first();
      hits += asked.hit(answer) ? 1 : 0;
      ++count;
      asked.add(answer);
    }
  }
  asked.clear();
  return {hits, count};
}

ColdHits hits_of(Asked& asked, Questions const& questions, ColdMeasure& out) {
  std::size_t hits = 0, count = 0;
  for (auto const& question : questions.cold) {
    asked.clear();
    asked.hold(question.hidden);
    asked.first();
    for (auto const answer : question.known) hits += asked.hit(answer) ? 1 : 0;
    count += question.known.size();
  }
  auto const mixed = leave_one_out(asked, questions.cold);
  auto const untouched = leave_one_out(asked, questions.untouched);
  out.only_queries = count;
  out.mixed_queries = mixed.second;
  out.untouched_queries = untouched.second;
  return {share(hits, count), share(mixed.first, mixed.second), share(untouched.first, untouched.second)};
}

Result<Ranker> open(Counts const& counts, Weights const& weights, Catalogue const& catalogue, BuildOptions const& build,
                    bool borrow) {
  auto how = build.compile;
  how.cold = cold_start_options(build);
  how.cold.borrow = borrow;
  std::vector<std::string> notes;
  auto const source =
      assemble(counts, weights, catalogue, {}, uncalibrated(build.training.popularity_power), how, notes);
  auto bytes = write_bundle(source);
  if (!bytes) return tl::unexpected(bytes.error());
  return Ranker::open(std::move(*bytes));
}

}  // namespace

Result<ColdMeasure> measure_cold_start(Dataset const& data, Catalogue const& catalogue, BuildOptions const& build,
                                       ColdMeasureOptions const& options, Progress const& progress) {
  auto const tell = [&](char const* step) {
    if (progress) progress(step);
  };
  auto const split = hold_out(data, options.test_share);
  auto const seen = occurrences(data, split.train);
  std::vector<char> hidden(data.items.size(), 0), known(data.items.size(), 0);
  ColdMeasure out;
  for (std::size_t n = 0; n < hidden.size(); ++n) {
    bool const learned = seen[n] >= std::max(build.training.min_baskets, options.keep + 1);
    auto const draw = static_cast<double>(hash_of(data.items[n].sku) >> 11U) / 9007199254740992.0;
    hidden[n] = learned && draw < options.hide_share ? 1 : 0;
    known[n] = learned && hidden[n] == 0 ? 1 : 0;
    out.hidden += static_cast<std::size_t>(hidden[n]);
  }
  auto const questions = ask(data, split.held, hidden, known, options.most_queries);
  if (questions.cold.empty()) {
    return fail(Code::invalid, "cold-start: no later basket holds a hidden item beside others; give more transactions");
  }
  tell("learn without the hidden items");
  auto const early = masked(data, split.train, hidden, options.keep);
  auto const counts = count(early, build.training.threads);
  auto const weights = train(counts, build.training);
  auto empty = open(counts, weights, catalogue, build, false);
  if (!empty) return tl::unexpected(empty.error());
  auto borrowing = open(counts, weights, catalogue, build, true);
  if (!borrowing) return tl::unexpected(borrowing.error());
  for (std::size_t n = 0; n < hidden.size(); ++n) {
    auto const item = borrowing->bundle().find(data.items[n].sku);
    out.borrowed += hidden[n] != 0 && borrowing->bundle().has(item, ItemFlag::borrowed_row) ? 1 : 0;
  }
  tell("learn everything");
  auto const all = count(data, split.train, build.training.threads);
  auto full = open(all, train(all, build.training), catalogue, build, true);
  if (!full) return tl::unexpected(full.error());
  tell("ask");
  for (auto const& [ranker, hits] :
       {std::pair{&*empty, &out.empty}, {&*borrowing, &out.borrowing}, {&*full, &out.full}}) {
    Asked asked(*ranker, data, hidden);
    *hits = hits_of(asked, questions, out);
  }
  tell("ask for probabilities");
  auto const probabilities =
      measure_cold_probabilities(early, data, split.held, hidden, catalogue, build, options.most_queries);
  if (!probabilities) return tl::unexpected(probabilities.error());
  out.probabilities = *probabilities;
  tell("");
  return out;
}

}  // namespace tillcue::models
