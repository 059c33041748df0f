#include "ageing.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "measures.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

/// Each costs a build, and a chart with more points says nothing more.
constexpr std::size_t kMostBundles = 200;

/// Baskets kept back that belong together, and the first day of theirs.
struct Stretch {
  std::int32_t from = kNoDay;
  std::vector<std::uint32_t> held;
};

double hit_rate_5(Sheet const& sheet) {
  auto const hits = std::count_if(sheet.place.begin(), sheet.place.end(), [](auto place) { return place < 5; });
  return sheet.place.empty() ? 0 : static_cast<double>(hits) / static_cast<double>(sheet.place.size());
}

void append(Sheet const& part, Sheet& whole) {
  auto const questions = static_cast<std::uint32_t>(whole.place.size());
  auto const baskets = static_cast<std::uint32_t>(whole.basket_begin.size() - 1);
  whole.place.insert(whole.place.end(), part.place.begin(), part.place.end());
  for (std::size_t b = 1; b < part.basket_begin.size(); ++b) {
    whole.basket_begin.push_back(questions + part.basket_begin[b]);
  }
  for (auto prediction : part.predictions) {
    prediction.basket += baskets;
    whole.predictions.push_back(prediction);
  }
  whole.prediction_rank.insert(whole.prediction_rank.end(), part.prediction_rank.begin(), part.prediction_rank.end());
  for (auto const question : part.prediction_question) whole.prediction_question.push_back(questions + question);
}

Ageing::Answers answers(Sheet const& sheet) {
  return {hit_rate_5(sheet), calibration_of(sheet), calibration_of(sheet, 0)};
}

/// By their day; what has no date was held back first, and belongs to the first.
std::vector<Stretch> stretches(Dataset const& data, std::vector<std::uint32_t> const& held, std::uint32_t every_days) {
  auto first = kNoDay;
  for (auto const n : held) {
    if (data.times[n] == kNoTime) continue;
    auto const day = day_of(data.times[n]);
    first = first == kNoDay ? day : std::min(first, day);
  }
  std::map<std::int32_t, Stretch> by_number;
  for (auto const n : held) {
    auto const days = data.times[n] == kNoTime ? 0 : day_of(data.times[n]) - first;
    auto const number = days / static_cast<std::int32_t>(every_days);
    auto& stretch = by_number[number];
    stretch.from = first + number * static_cast<std::int32_t>(every_days);
    stretch.held.push_back(n);
  }
  std::vector<Stretch> all;
  for (auto& [number, stretch] : by_number) all.push_back(std::move(stretch));
  return all;
}

/// What had been sold when a bundle for the stretch had to be built.
Dataset sold_before(Dataset const& data, Split const& split, std::int32_t day) {
  auto baskets = split.train;
  for (auto const n : split.held) {
    if (data.times[n] == kNoTime || day_of(data.times[n]) < day) baskets.push_back(n);
  }
  std::sort(baskets.begin(), baskets.end());
  return part_of(data, baskets);
}

/// Both sides of the comparison, and what each stretch adds.
class Watch {
 public:
  Watch(FirstModel const& first, EvaluationOptions const& options) : first_(first), options_(options) {}

  void ask_both(Stretch const& stretch, Counts const& learned, Ranker& anew) {
    auto const share = static_cast<double>(stretch.held.size()) / static_cast<double>(first_.split.held.size());
    auto const most = static_cast<std::size_t>(static_cast<double>(options_.most_queries) * share) + 1;
    auto const questions = make_questions(learned, first_.data, stretch.held, most);
    if (questions.count == 0) return;
    auto const by_first = ask(*bundle_method(first_.ranker, questions), questions);
    auto const by_new = ask(*bundle_method(anew, questions), questions);
    out_.stretches.push_back(
        {std::int64_t{stretch.from} * kDaySeconds, questions.count, answers(by_first), answers(by_new)});
    append(by_first, once_);
    append(by_new, anew_);
  }

  Ageing take(std::uint32_t every_days, std::size_t bundles) {
    out_.every_days = every_days;
    out_.bundles = bundles;
    out_.queries = once_.place.size();
    out_.once = answers(once_);
    out_.anew = answers(anew_);
    out_.lead_hr_5 = difference(anew_, once_, [](std::size_t place) { return place < 5 ? 1.0 : 0.0; });
    return std::move(out_);
  }

 private:
  FirstModel const& first_;
  EvaluationOptions const& options_;
  Sheet once_, anew_;
  Ageing out_;
};

}  // namespace

Result<void> can_watch_ageing(Dataset const& data, std::vector<std::uint32_t> const& held, std::uint32_t every_days) {
  if (data.time_kind != TimeKind::calendar) {
    return fail(Code::invalid, "evaluate: the transactions have no dates, which --rebuild-every needs; leave it out");
  }
  auto const bundles = stretches(data, held, every_days).size();
  if (bundles <= kMostBundles) return {};
  return fail(Code::invalid, "evaluate: --rebuild-every " + std::to_string(every_days) + " takes " +
                                 counted(bundles, "bundle") + " and at most " + std::to_string(kMostBundles) +
                                 " are built; give more days, or a smaller --test-share");
}

Result<Ageing> watch_ageing(FirstModel const& first, std::uint32_t every_days, BuildOptions const& build_options,
                            EvaluationOptions const& options, Progress const& progress) {
  auto const parts = stretches(first.data, first.split.held, every_days);
  Catalogue const nothing;
  Watch watch(first, options);
  watch.ask_both(parts.front(), first.learned, first.ranker);
  for (std::size_t n = 1; n < parts.size(); ++n) {
    auto const number = "bundle " + std::to_string(n + 1) + " of " + std::to_string(parts.size()) + ": ";
    auto const step = [&](std::string_view what) {
      if (progress) progress(what.empty() ? what : number + std::string(what));
    };
    auto const sold = sold_before(first.data, first.split, parts[n].from);
    auto of_then = build_options;
    if (of_then.recency.as_of) of_then.recency.as_of = parts[n].from - 1;
    auto built = build(sold, options.catalogue != nullptr ? *options.catalogue : nothing, {}, of_then, step);
    if (!built) return tl::unexpected(built.error());
    auto anew = Ranker::open(std::move(built->bundle));
    if (!anew) return tl::unexpected(anew.error());
    watch.ask_both(parts[n], count(sold, build_options.training.threads), *anew);
  }
  return watch.take(every_days, parts.size());
}

}  // namespace tillcue::models
