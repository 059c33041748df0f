#include <initializer_list>
#include <utility>

#include "html_parts.hpp"
#include "report_facts.hpp"
#include "report_off_policy.hpp"
#include "report_page.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

std::string figure(double value) { return decimals(value, 4); }

std::string methods_table(Evaluation const& evaluation) {
  HtmlTable table("Same questions for everyone; the last column is this model's lead in HR@5",
                  {"", "HR@1", "HR@3", "HR@5", "HR@10", "MRR@10", "coverage@10", "lead in HR@5 (95 %)", ""});
  for (auto const* const method : methods_of(evaluation)) {
    std::vector<Cell> cells{{figure(method->hit_rate_1)},  {figure(method->hit_rate_3)}, {figure(method->hit_rate_5)},
                            {figure(method->hit_rate_10)}, {figure(method->mrr_10)},     {figure(method->coverage_10)}};
    if (method != &evaluation.model) {
      auto const word = verdict(method->lead_hr_5);
      cells.push_back({interval(method->lead_hr_5)});
      if (saw_the_test(evaluation, *method))
        cells.push_back({word + ", it saw the test", "tie"});
      else
        cells.push_back({word, word});
    } else {
      cells.insert(cells.end(), {{""}, {""}});
    }
    table.row(full_name(method->name), cells);
  }
  return table.take();
}

std::string buckets_table(Evaluation const& evaluation, std::string_view caption, std::vector<Bucket> const& buckets,
                          std::vector<double> MethodReport::*values, bool of_items) {
  std::vector<std::string> headings{"", of_items ? "items" : "questions"};
  for (auto const* const method : methods_of(evaluation)) headings.push_back(method->name);
  HtmlTable table(caption, headings);
  for (std::size_t n = 0; n < buckets.size(); ++n) {
    if (buckets[n].questions == 0) continue;
    std::vector<Cell> cells{{grouped(of_items ? buckets[n].items : buckets[n].questions)}};
    for (auto const* const method : methods_of(evaluation)) cells.push_back({figure((method->*values)[n])});
    table.row(buckets[n].name, cells);
  }
  return table.take();
}

std::string calibration_table(Evaluation const& evaluation) {
  HtmlTable table("Means and calibration error", {"", "predicted", "observed", "ECE", "by chance", "log loss"});
  auto const add = [&](std::string const& name, CalibrationQuality const& quality) {
    std::vector<Cell> cells;
    for (auto const which : {&CalibrationQuality::predicted, &CalibrationQuality::observed, &CalibrationQuality::ece,
                             &CalibrationQuality::by_chance, &CalibrationQuality::log_loss}) {
      cells.push_back({calibration_figure(quality, which)});
    }
    table.row(name, cells);
  };
  add("first five", evaluation.calibration);
  for (std::size_t rank = 0; rank < evaluation.by_rank.size(); ++rank) {
    add("place " + std::to_string(rank + 1), evaluation.by_rank[rank]);
  }
  for (std::size_t n = 0; n < evaluation.further.size(); ++n) {
    add(further_name(n), evaluation.further[n]);
  }
  for (std::size_t n = 0; n < evaluation.calibration_by_basket.size(); ++n) {
    if (evaluation.basket_sizes[n].questions == 0) continue;
    add("first five, " + evaluation.basket_sizes[n].name + " left", evaluation.calibration_by_basket[n]);
  }
  if (evaluation.has_running) {
    add("running bundle, first five", evaluation.running.first_five);
    add("running bundle, place 1", evaluation.running.first);
  }
  return table.take();
}

std::string ageing_section(Ageing const& ageing) {
  if (ageing.every_days == 0) return {};
  HtmlTable table("All stretches together", {"", "HR@5", "ECE, first five", "by chance", "ECE, place 1", "by chance"});
  auto const side = [&](std::string const& name, Ageing::Answers const& answers) {
    std::vector<Cell> cells{{figure(answers.hit_rate_5)}};
    for (auto const* const quality : {&answers.first_five, &answers.first}) {
      cells.push_back({calibration_figure(*quality, &CalibrationQuality::ece)});
      cells.push_back({calibration_figure(*quality, &CalibrationQuality::by_chance)});
    }
    table.row(name, cells);
  };
  side("built once", ageing.once);
  side("built anew", ageing.anew);
  HtmlTable stretches("By stretch: HR@5, and what was said of the first suggestion and what came true",
                      {"from", "questions", "HR@5 once", "anew", "said once", "came true", "said anew", "came true"});
  for (auto const& stretch : ageing.stretches) {
    stretches.row(date_text(stretch.from), {{grouped(stretch.queries)},
                                            {figure(stretch.once.hit_rate_5)},
                                            {figure(stretch.anew.hit_rate_5)},
                                            {figure(stretch.once.first.predicted)},
                                            {figure(stretch.once.first.observed)},
                                            {figure(stretch.anew.first.predicted)},
                                            {figure(stretch.anew.first.observed)}});
  }
  return filled(page_part("ageing"),
                {{"line", sentence(ageing_line(ageing))}, {"sides", table.take()}, {"stretches", stretches.take()}});
}

std::string bins_table(std::string_view caption, CalibrationQuality const& quality) {
  HtmlTable table(caption, {"part", "predicted", "observed", "suggestions"});
  for (std::size_t n = 0; n < quality.bins.size(); ++n) {
    auto const& bin = quality.bins[n];
    table.row(std::to_string(n + 1), {{figure(bin.predicted)}, {figure(bin.observed)}, {grouped(bin.count)}});
  }
  return table.take();
}

std::string card(std::string_view value, std::string_view what, std::string_view look = {}) {
  return "<div class=\"card\"><b class=\"" + std::string(look) + "\">" + escaped(value) + "</b><span>" + escaped(what) +
         "</span></div>";
}

std::string lead_card(Difference const& lead, std::string const& against) {
  auto const word = verdict(lead);
  auto const value = signed_decimals(lead.mean * 100, 1) + " points";
  return card(word == "tie" ? "a tie" : value, "HR@5 against " + against + (word == "tie" ? " (" + value + ")" : ""),
              word);
}

/// What runs has the first word only about baskets it has not seen.
std::string lead_card(Evaluation const& evaluation) {
  if (!evaluation.has_running) return lead_card(evaluation.other("popularity").lead_hr_5, full_name("popularity"));
  auto const& running = evaluation.running;
  auto const name = full_name("running");
  if (running.seen_baskets == 0) return lead_card(evaluation.other("running").lead_hr_5, name);
  if (running.unseen_queries > 0) return lead_card(running.unseen_lead_hr_5, name + ", on baskets new to both");
  return lead_card(evaluation.other("running").lead_hr_5, name + ", which may have seen the test baskets");
}

std::string cards(Evaluation const& evaluation) {
  auto const& model = evaluation.model;
  auto out = card(percent(model.hit_rate_5), "of the hidden items among the first five (HR@5)");
  out += lead_card(evaluation);
  out +=
      card(calibration_figure(evaluation.calibration, &CalibrationQuality::ece), "calibration error of the first five");
  if (!evaluation.by_rank.empty())
    out += card(calibration_figure(evaluation.by_rank[0], &CalibrationQuality::ece), "calibration error of the first");
  out += card(percent(model.coverage_10), "of the items sold are ever suggested");
  double const sold = evaluation.items_sold > 0 ? static_cast<double>(evaluation.items_sold) : 1;
  return out +
         card(decimals(static_cast<double>(evaluation.affinity_bytes) / sold, 1), "bytes of affinity an item sold");
}

std::string notes(Evaluation const& evaluation) {
  std::string out;
  for (auto const& note : evaluation.notes) out += "<p class=\"note\">" + escaped(sentence(note)) + ".</p>\n";
  return out;
}

}  // namespace

std::string html_report(Evaluation const& evaluation, std::string_view title, OffPolicy const* log) {
  auto const running = running_line(evaluation);
  auto const first = evaluation.by_rank.empty() ? CalibrationQuality{} : evaluation.by_rank[0];
  auto const sections = filled(
      page_part("evaluation"),
      {{"notes", notes(evaluation)},
       {"cards", cards(evaluation)},
       {"methods", methods_table(evaluation)},
       {"running", running.empty() ? "" : "<p class=\"note\">" + sentence(running) + ".</p>"},
       {"off_policy", log != nullptr ? off_policy_section(*log) : std::string()},
       {"calibration", calibration_table(evaluation)},
       {"bins", bins_table("The first five suggestions", evaluation.calibration) +
                    bins_table("The first suggestion alone", first)},
       {"baskets",
        buckets_table(evaluation, "HR@5", evaluation.basket_sizes, &MethodReport::hit_rate_5_by_basket, false)},
       {"popularity",
        buckets_table(evaluation, "HR@5", evaluation.popularity, &MethodReport::hit_rate_5_by_popularity, false)},
       {"coverage", buckets_table(evaluation, "Share of the items suggested at least once", evaluation.popularity,
                                  &MethodReport::coverage_10_by_popularity, true)},
       {"ageing", ageing_section(evaluation.ageing)},
       {"size", sentence(size_line(evaluation))}});
  return page(
      {title, "How well are purchases foreseen?", where_from(evaluation),
       "This measures how well purchases are foreseen. What a suggestion adds to them is measured in the shops, "
       "against sales that get none.",
       sections, json_report(evaluation, log)});
}

}  // namespace tillcue::models
