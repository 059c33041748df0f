#include <algorithm>

#include "report_facts.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kName = 14;
constexpr std::size_t kFigure = 8;

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string right(std::string const& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

void methods_table(Evaluation const& evaluation, std::string& out) {
  out += left("", kName);
  for (auto const* const heading : {"HR@1", "HR@3", "HR@5", "HR@10", "MRR@10", "cov@10"})
    out += right(heading, kFigure);
  out += "   model's lead in HR@5 (95 %)\n";
  for (auto const* const method : methods_of(evaluation)) {
    out += left(method->name, kName);
    for (auto const figure : {method->hit_rate_1, method->hit_rate_3, method->hit_rate_5, method->hit_rate_10,
                              method->mrr_10, method->coverage_10}) {
      out += right(decimals(figure, 4), kFigure);
    }
    if (method != &evaluation.model) {
      out += "   " + interval(method->lead_hr_5) + " " + verdict(method->lead_hr_5);
      if (saw_the_test(evaluation, *method)) out += " (it saw test baskets: see below)";
    }
    out += '\n';
  }
}

void buckets_table(Evaluation const& evaluation, std::string const& title, std::vector<Bucket> const& buckets,
                   std::vector<double> MethodReport::*rates, std::string& out) {
  out += '\n' + left(title, 2 * kName) + right("questions", kFigure + 2);
  for (auto const* const method : methods_of(evaluation)) out += right(method->name, kFigure + 4);
  out += '\n';
  for (std::size_t n = 0; n < buckets.size(); ++n) {
    if (buckets[n].questions == 0) continue;
    out += left("  " + buckets[n].name, 2 * kName) + right(grouped(buckets[n].questions), kFigure + 2);
    for (auto const* const method : methods_of(evaluation)) out += right(decimals((method->*rates)[n], 4), kFigure + 4);
    out += '\n';
  }
}

void calibration_row(std::string const& name, CalibrationQuality const& quality, std::string& out) {
  auto const figure = [&](double CalibrationQuality::*which, std::size_t width) {
    return right(calibration_figure(quality, which), width);
  };
  out += left("  " + name, kName) + figure(&CalibrationQuality::ece, kFigure) +
         figure(&CalibrationQuality::by_chance, kFigure + 4) + figure(&CalibrationQuality::log_loss, kFigure + 4) + ' ';
  for (auto const& bin : coarser(quality.bins, 5)) {
    out += "  " + decimals(bin.predicted, 4) + "/" + decimals(bin.observed, 4);
  }
  out += '\n';
}

void calibration_table(Evaluation const& evaluation, std::string& out) {
  out += '\n' + left("probabilities", kName) + right("ECE", kFigure) + right("by chance", kFigure + 4) +
         right("log loss", kFigure + 4) +
         "   predicted/observed of the lowest fifth of the suggestions ... the highest\n";
  calibration_row("first five", evaluation.calibration, out);
  for (std::size_t rank = 0; rank < evaluation.by_rank.size(); ++rank) {
    calibration_row("place " + std::to_string(rank + 1), evaluation.by_rank[rank], out);
  }
  for (std::size_t n = 0; n < evaluation.further.size(); ++n) {
    calibration_row(further_name(n), evaluation.further[n], out);
  }
  for (std::size_t n = 0; n < evaluation.calibration_by_basket.size(); ++n) {
    if (evaluation.basket_sizes[n].questions == 0) continue;
    calibration_row(evaluation.basket_sizes[n].name, evaluation.calibration_by_basket[n], out);
  }
  if (!evaluation.has_running) return;
  out += "  of the running bundle: ECE " + calibration_figure(evaluation.running.first_five, &CalibrationQuality::ece) +
         " of the first five, " + calibration_figure(evaluation.running.first, &CalibrationQuality::ece) +
         " of place 1\n";
}

constexpr std::size_t kMostStretches = 12;

void ageing_table(Ageing const& ageing, std::string& out) {
  if (ageing.every_days == 0) return;
  out += '\n' + ageing_line(ageing) + '\n';
  out += left("", kName) + right("HR@5", kFigure) + right("ECE", kFigure) + right("by chance", kFigure + 4) +
         right("place 1", kFigure) + right("by chance", kFigure + 4) + '\n';
  auto const side = [&](std::string const& name, Ageing::Answers const& answers) {
    out += left("  " + name, kName) + right(decimals(answers.hit_rate_5, 4), kFigure);
    for (auto const* const quality : {&answers.first_five, &answers.first}) {
      out += right(calibration_figure(*quality, &CalibrationQuality::ece), kFigure) +
             right(calibration_figure(*quality, &CalibrationQuality::by_chance), kFigure + 4);
    }
    out += '\n';
  };
  side("built once", ageing.once);
  side("built anew", ageing.anew);
  out += left("  from", kName) + right("questions", kFigure + 4) + right("HR@5 once", kFigure + 4) +
         right("anew", kFigure) + "   place 1 said/was once, anew\n";
  for (auto const& stretch : coarser(ageing.stretches, kMostStretches)) {
    out += left("  " + date_text(stretch.from), kName) + right(grouped(stretch.queries), kFigure + 4) +
           right(decimals(stretch.once.hit_rate_5, 4), kFigure + 4) +
           right(decimals(stretch.anew.hit_rate_5, 4), kFigure) + "   ";
    for (auto const* const answers : {&stretch.once, &stretch.anew}) {
      out += decimals(answers->first.predicted, 4) + "/" + decimals(answers->first.observed, 4) + "  ";
    }
    out.resize(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
}

}  // namespace

std::string text_report(Evaluation const& evaluation) {
  std::string out = where_from(evaluation) + '\n';
  for (auto const& note : evaluation.notes) out += "note: " + note + '\n';
  out += '\n';
  methods_table(evaluation, out);
  if (auto const line = running_line(evaluation); !line.empty()) out += line + '\n';
  calibration_table(evaluation, out);
  buckets_table(evaluation, "HR@5 by items left to go by", evaluation.basket_sizes, &MethodReport::hit_rate_5_by_basket,
                out);
  buckets_table(evaluation, "HR@5 by hidden item's rank", evaluation.popularity,
                &MethodReport::hit_rate_5_by_popularity, out);
  ageing_table(evaluation.ageing, out);
  out += '\n' + size_line(evaluation) + '\n';
  return out;
}

}  // namespace tillcue::models
