#include "tillcue/models/counted_source.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "tillcue/models/sale_text.hpp"

namespace tillcue::models {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

/// Hashes of baskets by id, time and set of items; the order of the items does not matter.
class BasketHash {
 public:
  explicit BasketHash(Dataset const& data) : data_(data) {
    for (auto const& item : data.items) item_.push_back(mix(basket_key(item.sku)));
  }
  [[nodiscard]] std::uint64_t operator()(std::uint32_t basket) const {
    std::uint64_t items = 0;
    for (auto const item : data_.basket(basket)) items += item_[item];
    auto const time = static_cast<std::uint64_t>(data_.times[basket]);
    return mix(mix(data_.keys[basket] ^ mix(time)) ^ items);
  }

 private:
  Dataset const& data_;
  std::vector<std::uint64_t> item_;
};

std::size_t file_of(Dataset const& data, std::uint32_t basket) {
  auto const found = std::upper_bound(data.file_end.begin(), data.file_end.end(), std::uint64_t{basket});
  return static_cast<std::size_t>(found - data.file_end.begin());
}

/// Adds a basket's hash to the sample of the smallest ones: a heap with the largest on top.
void sample(std::vector<std::uint64_t>& smallest, std::uint64_t hash) {
  if (smallest.size() == CountedSource::kSample) {
    if (hash >= smallest.front()) return;
    std::pop_heap(smallest.begin(), smallest.end());
    smallest.pop_back();
  }
  smallest.push_back(hash);
  std::push_heap(smallest.begin(), smallest.end());
}

using ByFileAndDay = std::map<std::pair<std::size_t, std::int32_t>, CountedSource>;

ByFileAndDay collect(Dataset const& data, std::span<std::uint32_t const> baskets) {
  BasketHash const hash(data);
  ByFileAndDay sources;
  for (auto const n : baskets) {
    bool const dated = data.time_kind == TimeKind::calendar && data.times[n] != kNoTime;
    auto const day = dated ? day_of(data.times[n]) : kNoDay;
    auto& source = sources[{file_of(data, n), day}];
    auto const value = hash(n);
    source.day = day;
    ++source.baskets;
    source.digest += value;
    if (data.basket(n).size() >= 2) sample(source.sample, value);
  }
  for (auto& [place, source] : sources) {
    std::sort(source.sample.begin(), source.sample.end());
    source.sample.erase(std::unique(source.sample.begin(), source.sample.end()), source.sample.end());
  }
  return sources;
}

/// A source and the part it is of.
struct Owned {
  std::size_t part;
  CountedSource const* source;
};

bool is_same(CountedSource const& a, CountedSource const& b) {
  return a.baskets > 0 && a.baskets == b.baskets && a.digest == b.digest;
}

/// Of two samples, only what lies below the smaller of their largest values could be in both.
bool is_alike(CountedSource const& a, CountedSource const& b, std::size_t shared) {
  auto const full = [](CountedSource const& source) { return source.sample.size() == CountedSource::kSample; };
  auto edge = std::numeric_limits<std::uint64_t>::max();
  if (full(a)) edge = std::min(edge, a.sample.back());
  if (full(b)) edge = std::min(edge, b.sample.back());
  auto const below = [&](CountedSource const& source) {
    return static_cast<std::size_t>(std::upper_bound(source.sample.begin(), source.sample.end(), edge) -
                                    source.sample.begin());
  };
  return shared >= 2 && shared * 4 >= std::min(below(a), below(b));
}

using Pair = std::pair<std::size_t, std::size_t>;

/// Pairs of sources with something in common: the number of sampled baskets in both, and whether they are the same.
struct Common {
  std::size_t shared = 0;
  bool same = false;
};

std::map<Pair, Common> in_common(std::vector<Owned> const& all) {
  std::map<Pair, Common> common;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> holders;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> digests;
  for (std::size_t n = 0; n < all.size(); ++n) {
    for (auto const earlier : digests[all[n].source->digest]) {
      if (all[earlier].part == all[n].part) continue;
      if (is_same(*all[earlier].source, *all[n].source)) common[{earlier, n}].same = true;
    }
    digests[all[n].source->digest].push_back(n);
    for (auto const hash : all[n].source->sample) {
      for (auto const earlier : holders[hash]) {
        if (all[earlier].part != all[n].part) ++common[{earlier, n}].shared;
      }
      holders[hash].push_back(n);
    }
  }
  return common;
}

}  // namespace

std::int32_t day_of(std::int64_t seconds) noexcept {
  auto const day = seconds / kDaySeconds - (seconds % kDaySeconds < 0 ? 1 : 0);
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp(day, -kMost, kMost));
}

std::string day_text(std::int32_t day) {
  if (day == kNoDay) return "no date";
  std::chrono::year_month_day const date{std::chrono::sys_days{std::chrono::days{day}}};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::vector<CountedSource> sources_of(Dataset const& data, std::span<std::uint32_t const> baskets) {
  std::vector<CountedSource> sources;
  for (auto& [place, source] : collect(data, baskets)) sources.push_back(source);
  std::sort(sources.begin(), sources.end());
  return sources;
}

std::vector<NamedSources> sources_by_file(Dataset const& data, std::span<std::string const> files) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<NamedSources> parts;
  for (auto const& file : files) parts.push_back({file, {}});
  for (auto& [place, source] : collect(data, all)) {
    if (place.first < parts.size()) parts[place.first].sources.push_back(source);
  }
  return parts;
}

void add_share(std::vector<NamedSources>& sum, std::span<NamedSources const> share) {
  for (std::size_t n = 0; n < std::min(sum.size(), share.size()); ++n) {
    for (auto const& source : share[n].sources) {
      auto& known = sum[n].sources;
      auto found =
          std::find_if(known.begin(), known.end(), [&](CountedSource const& old) { return old.day == source.day; });
      if (found == known.end()) {
        known.push_back(source);
        continue;
      }
      found->baskets += source.baskets;
      found->digest += source.digest;
      auto& smallest = found->sample;
      smallest.insert(smallest.end(), source.sample.begin(), source.sample.end());
      std::sort(smallest.begin(), smallest.end());
      smallest.erase(std::unique(smallest.begin(), smallest.end()), smallest.end());
      smallest.resize(std::min(smallest.size(), CountedSource::kSample));
    }
  }
}

std::vector<CountedSource> all_sources(std::span<NamedSources const> files) {
  std::vector<CountedSource> sources;
  for (auto const& file : files) sources.insert(sources.end(), file.sources.begin(), file.sources.end());
  std::sort(sources.begin(), sources.end());
  return sources;
}

std::vector<Duplicate> find_duplicates(std::span<NamedSources const> parts) {
  std::vector<Owned> all;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    for (auto const& source : parts[n].sources) all.push_back({n, &source});
  }
  std::vector<Duplicate> duplicates;
  for (auto const& [pair, common] : in_common(all)) {
    auto const& first = all[pair.first];
    auto const& second = all[pair.second];
    if (!common.same && !is_alike(*first.source, *second.source, common.shared)) continue;
    duplicates.push_back({parts[first.part].name, parts[second.part].name, second.source->day, common.same});
  }
  return duplicates;
}

Result<void> refuse_duplicates(std::span<NamedSources const> parts, std::string const& mend) {
  constexpr std::size_t kShown = 5;
  auto const duplicates = find_duplicates(parts);
  if (duplicates.empty()) return {};
  std::string text = "the same sales are there twice; " + mend;
  for (std::size_t n = 0; n < std::min(kShown, duplicates.size()); ++n) {
    auto const& found = duplicates[n];
    text += "\n  " + found.first + " and " + found.second + ": " + (found.whole ? "the same" : "partly the same") +
            " baskets of " + (found.day == kNoDay ? "no date" : day_text(found.day));
  }
  if (duplicates.size() > kShown) text += "\n  ... and " + std::to_string(duplicates.size() - kShown) + " more";
  return fail(Code::invalid, std::move(text));
}

}  // namespace tillcue::models
