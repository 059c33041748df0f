#include <nlohmann/json.hpp>

#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/off_policy.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(Difference const& difference) {
  return {{"mean", difference.mean}, {"low", difference.low}, {"high", difference.high}, {"tie", difference.tie()}};
}

Json by_name(std::vector<Bucket> const& buckets, std::vector<double> const& values) {
  Json out = Json::object();
  for (std::size_t n = 0; n < buckets.size(); ++n) {
    if (buckets[n].questions > 0) out[buckets[n].name] = values[n];
  }
  return out;
}

Json as_json(Evaluation const& evaluation, MethodReport const& method) {
  Json out = {{"hr_1", method.hit_rate_1},
              {"hr_3", method.hit_rate_3},
              {"hr_5", method.hit_rate_5},
              {"hr_10", method.hit_rate_10},
              {"mrr_10", method.mrr_10},
              {"coverage_10", method.coverage_10},
              {"hit_rates", method.hit_rates},
              {"hr_5_by_basket", by_name(evaluation.basket_sizes, method.hit_rate_5_by_basket)},
              {"hr_5_by_popularity", by_name(evaluation.popularity, method.hit_rate_5_by_popularity)},
              {"coverage_10_by_popularity", by_name(evaluation.popularity, method.coverage_10_by_popularity)}};
  if (&method == &evaluation.model) return out;
  out["model_lead"] = {{"hr_1", as_json(method.lead_hr_1)},
                       {"hr_5", as_json(method.lead_hr_5)},
                       {"hr_10", as_json(method.lead_hr_10)},
                       {"mrr_10", as_json(method.lead_mrr_10)}};
  return out;
}

Json as_json(CalibrationQuality const& quality) {
  Json bins = Json::array();
  for (auto const& bin : quality.bins) {
    bins.push_back({{"predicted", bin.predicted}, {"observed", bin.observed}, {"count", bin.count}});
  }
  auto const figure = [&](double value) { return quality.bins.empty() ? Json(nullptr) : Json(value); };
  return {{"ece", figure(quality.ece)},
          {"ece_by_chance", figure(quality.by_chance)},
          {"predicted", figure(quality.predicted)},
          {"observed", figure(quality.observed)},
          {"log_loss", figure(quality.log_loss)},
          {"bins", bins}};
}

Json calibration(Evaluation const& evaluation) {
  auto out = as_json(evaluation.calibration);
  out["by_rank"] = Json::array();
  for (auto const& quality : evaluation.by_rank) out["by_rank"].push_back(as_json(quality));
  out["further"] = Json::array();
  for (std::size_t n = 0; n < evaluation.further.size(); ++n) {
    auto part = as_json(evaluation.further[n]);
    part["first_place"] = kFurtherRanks[n].first;
    part["last_place"] = kFurtherRanks[n].last;
    out["further"].push_back(std::move(part));
  }
  out["by_basket_size"] = Json::array();
  for (std::size_t n = 0; n < evaluation.calibration_by_basket.size(); ++n) {
    auto part = as_json(evaluation.calibration_by_basket[n]);
    part["name"] = evaluation.basket_sizes[n].name;
    out["by_basket_size"].push_back(std::move(part));
  }
  return out;
}

double per(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

Json size(Evaluation const& evaluation) {
  return {{"items", evaluation.items},
          {"bundle_bytes", evaluation.bundle_bytes},
          {"affinity_bytes", evaluation.affinity_bytes},
          {"items_sold", evaluation.items_sold},
          {"affinity_bytes_per_item", per(evaluation.affinity_bytes, evaluation.items_sold)},
          {"weights", evaluation.weights},
          {"bits_per_weight", 8 * per(evaluation.affinity_bytes, evaluation.weights)}};
}

Json running_facts(RunningFacts const& running) {
  Json out = {{"items", running.items},
              {"bundle_bytes", running.bundle_bytes},
              {"affinity_bytes", running.affinity_bytes},
              {"data_to", date_text(running.data_to)},
              {"test_baskets_it_may_have_seen", running.seen_baskets},
              {"ece_first_five", running.first_five.ece},
              {"ece_first", running.first.ece}};
  if (running.unseen_queries == 0) return out;
  out["unseen_queries"] = running.unseen_queries;
  out["model_lead_hr_5_unseen"] = as_json(running.unseen_lead_hr_5);
  return out;
}

Json as_json(Ageing::Answers const& answers) {
  return {{"hr_5", answers.hit_rate_5},
          {"ece_first_five", answers.first_five.ece},
          {"ece_first_five_by_chance", answers.first_five.by_chance},
          {"ece_first", answers.first.ece},
          {"ece_first_by_chance", answers.first.by_chance},
          {"first_predicted", answers.first.predicted},
          {"first_observed", answers.first.observed}};
}

Json as_json(Ageing const& ageing) {
  Json out = {{"every_days", ageing.every_days}, {"bundles", ageing.bundles},
              {"queries", ageing.queries},       {"once", as_json(ageing.once)},
              {"anew", as_json(ageing.anew)},    {"lead_of_anew_hr_5", as_json(ageing.lead_hr_5)},
              {"stretches", Json::array()}};
  for (auto const& stretch : ageing.stretches) {
    out["stretches"].push_back({{"from", date_text(stretch.from)},
                                {"queries", stretch.queries},
                                {"once", as_json(stretch.once)},
                                {"anew", as_json(stretch.anew)}});
  }
  return out;
}

}  // namespace

std::string json_report(Evaluation const& evaluation, OffPolicy const* log) {
  Json out = {{"split", evaluation.split},
              {"train_baskets", evaluation.train_baskets},
              {"test_baskets", evaluation.test_baskets},
              {"queries", evaluation.queries},
              {"train_from", date_text(evaluation.train_from)},
              {"train_to", date_text(evaluation.train_to)},
              {"test_from", date_text(evaluation.test_from)},
              {"test_to", date_text(evaluation.test_to)},
              {"notes", evaluation.notes},
              {"model", as_json(evaluation, evaluation.model)}};
  for (auto const& other : evaluation.others) out[other.name] = as_json(evaluation, other);
  out["calibration"] = calibration(evaluation);
  out["size"] = size(evaluation);
  if (evaluation.build_seconds > 0) out["build_cpu_seconds"] = evaluation.build_seconds;
  if (evaluation.has_running) out["running_bundle"] = running_facts(evaluation.running);
  if (evaluation.ageing.every_days > 0) out["ageing"] = as_json(evaluation.ageing);
  if (log != nullptr) out["off_policy"] = Json::parse(off_policy_json(*log));
  return out.dump() + '\n';
}

}  // namespace tillcue::models
