#include "report_facts.hpp"

#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

double per(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string dates(std::int64_t from, std::int64_t to) {
  return from == 0 && to == 0 ? "" : " (" + date_text(from) + " to " + date_text(to) + ")";
}

void add(Ageing::Answers const& part, double weight, Ageing::Answers& sum) {
  sum.hit_rate_5 += weight * part.hit_rate_5;
  sum.first.predicted += weight * part.first.predicted;
  sum.first.observed += weight * part.first.observed;
}

}  // namespace

std::vector<MethodReport const*> methods_of(Evaluation const& evaluation) {
  std::vector<MethodReport const*> methods{&evaluation.model};
  for (auto const& other : evaluation.others) methods.push_back(&other);
  return methods;
}

std::string full_name(std::string_view method) {
  if (method == "model") return "this model";
  if (method == "popularity") return "popularity";
  if (method == "rules") return "association rules";
  if (method == "cosine") return "item cosine";
  if (method == "running") return "the running bundle";
  return std::string(method);
}

std::string verdict(Difference const& lead) { return lead.tie() ? "tie" : lead.mean > 0 ? "better" : "worse"; }

bool saw_the_test(Evaluation const& evaluation, MethodReport const& method) {
  return method.name == "running" && evaluation.running.seen_baskets > 0;
}

std::string interval(Difference const& difference) {
  return signed_decimals(difference.mean, 4) + " (" + signed_decimals(difference.low, 4) + " to " +
         signed_decimals(difference.high, 4) + ")";
}

std::string where_from(Evaluation const& evaluation) {
  return "learned from " + counted(evaluation.train_baskets, "basket") +
         dates(evaluation.train_from, evaluation.train_to) + ", asked for " +
         counted(evaluation.queries, "hidden item") + " of " + counted(evaluation.test_baskets, "other basket") +
         dates(evaluation.test_from, evaluation.test_to) + "; split " +
         (evaluation.split == "by_time" ? "by time" : "by hashed basket id");
}

std::string calibration_figure(CalibrationQuality const& quality, double CalibrationQuality::*figure) {
  return quality.bins.empty() ? "-" : decimals(quality.*figure, 4);
}

std::string further_name(std::size_t n) {
  return "places " + std::to_string(kFurtherRanks[n].first) + "-" + std::to_string(kFurtherRanks[n].last);
}

std::string size_line(Evaluation const& evaluation) {
  auto line = "bundle " + counted(evaluation.bundle_bytes, "byte") + ", " + counted(evaluation.items, "item") +
              ", affinity " + decimals(per(evaluation.affinity_bytes, evaluation.items_sold), 1) +
              " bytes an item sold and " + decimals(8 * per(evaluation.affinity_bytes, evaluation.weights), 1) +
              " bits a weight";
  if (evaluation.build_seconds > 0) line += "; built in " + decimals(evaluation.build_seconds, 1) + " CPU s";
  return line;
}

std::string running_line(Evaluation const& evaluation) {
  if (!evaluation.has_running) return {};
  auto const& running = evaluation.running;
  auto line = "the running bundle learned up to " + date_text(running.data_to, "an unknown day") + ": ";
  if (running.seen_baskets == 0) return line + "all test baskets are new to it as well";
  line += "it may have seen " + grouped(running.seen_baskets) + " of the " +
          counted(evaluation.test_baskets, "test basket") + ", which flatters it";
  if (running.unseen_queries == 0) return line;
  return line + "; on the " + counted(running.unseen_queries, "question") + " of later baskets alone the lead is " +
         interval(running.unseen_lead_hr_5) + ' ' + verdict(running.unseen_lead_hr_5);
}

std::string ageing_line(Ageing const& ageing) {
  auto const each = ageing.every_days == 1 ? std::string("day") : counted(ageing.every_days, "day");
  return counted(ageing.queries, "hidden item") +
         " asked for in turn, of this bundle all along and of one built anew every " + each + " (" +
         counted(ageing.bundles, "bundle") + "); built anew HR@5 is " + interval(ageing.lead_hr_5) + ", " +
         verdict(ageing.lead_hr_5);
}

std::vector<Ageing::Stretch> coarser(std::vector<Ageing::Stretch> const& stretches, std::size_t parts) {
  if (stretches.size() <= parts) return stretches;
  std::vector<Ageing::Stretch> out;
  for (std::size_t part = 0; part < parts; ++part) {
    auto const begin = stretches.size() * part / parts;
    Ageing::Stretch sum;
    sum.from = stretches[begin].from;
    for (auto n = begin; n < stretches.size() * (part + 1) / parts; ++n) {
      auto const weight = static_cast<double>(stretches[n].queries);
      add(stretches[n].once, weight, sum.once);
      add(stretches[n].anew, weight, sum.anew);
      sum.queries += stretches[n].queries;
    }
    auto const whole = 1 / static_cast<double>(sum.queries);
    Ageing::Stretch mean{sum.from, sum.queries, {}, {}};
    add(sum.once, whole, mean.once);
    add(sum.anew, whole, mean.anew);
    out.push_back(mean);
  }
  return out;
}

std::vector<CalibrationQuality::Bin> coarser(std::vector<CalibrationQuality::Bin> const& bins, std::size_t parts) {
  std::vector<CalibrationQuality::Bin> out;
  for (std::size_t part = 0; part < parts; ++part) {
    CalibrationQuality::Bin sum;
    for (auto n = bins.size() * part / parts; n < bins.size() * (part + 1) / parts; ++n) {
      auto const weight = static_cast<double>(bins[n].count);
      sum.predicted += bins[n].predicted * weight;
      sum.observed += bins[n].observed * weight;
      sum.count += bins[n].count;
    }
    if (sum.count == 0) continue;
    sum.predicted /= static_cast<double>(sum.count);
    sum.observed /= static_cast<double>(sum.count);
    out.push_back(sum);
  }
  return out;
}

}  // namespace tillcue::models
