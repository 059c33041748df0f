#pragma once

#include <string>
#include <string_view>

#include "tillcue/models/ranker.hpp"

namespace tillcue::models {

struct ScoreOptions {
  std::size_t count = 10;  ///< suggestions per answer
  bool raw = false;        ///< the ranking without policy
};

/// Answers JSON lines: {"basket":["sku",...]} with optional "stage" (scan, subtotal, tender) and "customer" ->
/// {"suggestions":[{"sku","score","probability","reason"},...]}, with "type" and "campaign" where the offer is one;
/// what a terminal with this bundle would say. Baskets are taken as one piece each at the shelf price, without --raw up
/// to Basket::kMaxLines of them; SKUs the bundle does not know are listed under "unknown"; where the rules let nothing
/// pass, "silence" says which (core/README). The time is that of the last transaction in the bundle, so an answer is
/// the same tomorrow. Threads one.
class QueryScorer {
 public:
  static constexpr std::size_t kLongestLine = 1U << 20U;

  QueryScorer(Ranker& ranker, ScoreOptions options);
  ~QueryScorer();
  QueryScorer(QueryScorer const&) = delete;
  QueryScorer& operator=(QueryScorer const&) = delete;

  /// Appends one line to `out`: the answer, or {"error":...} and false.
  bool answer(std::string_view line, std::string& out);

 private:
  struct Query;
  void suggest_raw(Query const& query, std::string& out);
  Silence suggest_by_policy(Query const& query, std::string& out);
  void suggest_set(Query const& query, std::string& out) const;
  void write(Suggestion const& suggestion, bool first, std::string& out, Offer const* offer = nullptr) const;

  Ranker& ranker_;
  ScoreOptions options_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace tillcue::models
