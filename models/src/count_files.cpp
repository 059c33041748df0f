#include "tillcue/models/count_files.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <utility>

#include "counts_stream.hpp"
#include "repeated_sales.hpp"
#include "sale_rows.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/stray_days.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint32_t kMostShares = 1U << 16U;

std::vector<std::uint32_t> all_of(Dataset const& data) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

/// The counts of one share: its rows laid aside, the rest in memory.
struct Part {
  Counts items;
  std::unique_ptr<SpilledRows> rows;
};

/// Adds a row to a sum of rows; both rise.
struct RowSum {
  std::vector<std::uint32_t> partner, together;
  std::vector<std::uint32_t> old_partner, old_together;

  void clear() {
    partner.clear();
    together.clear();
  }
  void add(std::span<std::uint32_t const> more, std::span<std::uint32_t const> times) {
    old_partner.swap(partner);
    old_together.swap(together);
    clear();
    std::size_t at = 0;
    for (std::size_t n = 0; n < more.size(); ++n) {
      for (; at < old_partner.size() && old_partner[at] < more[n]; ++at) put(old_partner[at], old_together[at]);
      bool const both = at < old_partner.size() && old_partner[at] == more[n];
      put(more[n], times[n] + (both ? old_together[at++] : 0));
    }
    for (; at < old_partner.size(); ++at) put(old_partner[at], old_together[at]);
  }

 private:
  void put(std::uint32_t item, std::uint32_t times) {
    partner.push_back(item);
    together.push_back(times);
  }
};

/// Adds up the rows of all parts, whose items stand at `place` of the sum's.
Result<void> merge_rows(std::vector<Part>& parts, std::vector<std::vector<std::uint32_t>> const& place,
                        std::uint32_t items, PairSink& sink) {
  std::vector<char> more(parts.size(), 0);
  auto const advance = [&](std::size_t n) -> Result<void> {
    auto const next = parts[n].rows->next();
    if (!next) return tl::unexpected(next.error());
    more[n] = *next ? 1 : 0;
    return {};
  };
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (auto const begun = parts[n].rows->rewind(); !begun) return begun;
    if (auto const read = advance(n); !read) return read;
  }
  RowSum sum;
  std::vector<std::uint32_t> renamed;
  for (std::uint32_t item = 0; item < items; ++item) {
    sum.clear();
    for (std::size_t n = 0; n < parts.size(); ++n) {
      auto const& rows = *parts[n].rows;
      if (more[n] == 0 || place[n][rows.item()] != item) continue;
      renamed.clear();
      for (auto const partner : rows.partner()) renamed.push_back(place[n][partner]);
      sum.add(renamed, rows.together());
      if (auto const read = advance(n); !read) return read;
    }
    if (auto const taken = sink.row(item, sum.partner, sum.together); !taken) return taken;
  }
  return {};
}

class Job {
 public:
  Job(std::vector<std::string> const& files, std::string const& out, CountFilesOptions const& options, BadRows& bad,
      Progress const& progress)
      : files_(files), out_(out), options_(options), bad_(bad), progress_(progress) {
    memory_ = options.memory > 0 ? options.memory : half_of_memory();
    folder_ = options.temporary.empty() ? std::filesystem::path(out).parent_path().string() : options.temporary;
  }

  Result<CountedFiles> run() {
    std::vector<Share> open = {Share{}};
    while (!open.empty()) {
      auto const share = open.back();
      open.pop_back();
      auto data = read(share);
      if (!data && outgrown_) {
        if (auto const again = can_read_again(data.error(), share); !again) return tl::unexpected(again.error());
        // Together these two are the share that did not fit.
        open.push_back({share.part + share.of, share.of * 2});
        open.push_back({share.part, share.of * 2});
        continue;
      }
      if (!data) return tl::unexpected(data.error());
      if (auto const counted = share.of == 1 ? write_only(*data) : lay_aside(*data); !counted) {
        return tl::unexpected(counted.error());
      }
    }
    if (!parts_.empty()) {
      if (auto const merged = merge_parts(); !merged) return tl::unexpected(merged.error());
    }
    tell("");
    return result_;
  }

 private:
  void tell(std::string_view step) const {
    if (progress_) progress_(step);
  }

  Result<Dataset> read(Share share) {
    tell(share.of == 1 ? std::string("read transactions")
                       : "read share " + std::to_string(share.part + 1) + " of " + std::to_string(share.of));
    auto limits = options_.limits;
    limits.share = share;
    limits.want_strays = true;  // told of all shares together
    limits.memory = std::max<std::uint64_t>(memory_ / 2, 1);
    TransactionReader reader(limits);
    outgrown_ = false;
    for (auto const& file : files_) {
      if (auto const added = add_sales(reader, file, options_.import, progress_.advance()); !added) {
        outgrown_ = reader.outgrown() && added.error().code == Code::rejected;
        return tl::unexpected(added.error());
      }
    }
    auto data = reader.finish();
    if (!data) return data;
    // Every share reads every row, so the first tells all there is to tell about rows; what is of baskets is added up.
    if (share.of == 1 || parts_.empty()) {
      bad_ = reader.bad();
      returns_ = reader.returns();
    }
    left_out_ += reader.left_out();
    netted_ += reader.netted();
    auto const repeated = reader.repeated_days();
    repeated_.resize(std::max(repeated_.size(), repeated.size()));
    for (std::size_t n = 0; n < repeated.size(); ++n) repeated_[n].add(repeated[n]);
    auto const sources = sources_by_file(*data, files_);
    if (sources_.empty()) {
      sources_ = sources;
    } else {
      add_share(sources_, sources);
    }
    return data;
  }

  void tell_repeated() {
    for (std::size_t n = 0; n < repeated_.size(); ++n) {
      if (auto const sales = judge(repeated_[n])) bad_.note(repeated_note(files_[n], *sales));
    }
  }

  void tell_strays() {
    BasketsByDay days;
    for (auto const& file : sources_) add_days(days, file.sources);
    auto const stray = find_stray_days(days);
    if (!stray) return;
    auto const holds = std::find_if(sources_.begin(), sources_.end(), [&](NamedSources const& file) {
      return std::any_of(file.sources.begin(), file.sources.end(),
                         [&](CountedSource const& source) { return source.day >= stray->first; });
    });
    bad_.total(note_of_counted(*stray, holds->name));
  }

  [[nodiscard]] Result<void> refuse_twice() const {
    if (files_.size() < 2 || options_.allow_duplicates) return {};
    return refuse_duplicates(sources_, kGiveOnce);
  }

  [[nodiscard]] Result<void> can_read_again(Error const& outgrown, Share share) const {
    for (auto const& file : files_) {
      if (!std::filesystem::is_regular_file(file)) {
        return fail(Code::invalid, file +
                                       ": does not fit the memory and cannot be read twice; copy it to a plain "
                                       "file or raise --memory");
      }
    }
    if (share.of < kMostShares) return {};
    return fail(Code::invalid, outgrown.what + " (--memory)");
  }

  [[nodiscard]] PairOptions pair_options() const {
    PairOptions options;
    options.threads = options_.limits.threads;
    options.memory = std::min<std::uint64_t>(std::max<std::uint64_t>(memory_ / 4, 1), options.memory);
    options.advance = progress_.advance();
    return options;
  }

  Result<void> write_only(Dataset const& data) {
    if (auto const once = refuse_twice(); !once) return once;
    tell("count pairs");
    auto const baskets = all_of(data);
    auto items = count_items(data, baskets);
    if (!items) return tl::unexpected(items.error());
    items->sources = all_sources(sources_);
    return write(*items, [&](PairSink& sink) { return count_pairs(data, baskets, {}, *items, pair_options(), sink); });
  }

  Result<void> lay_aside(Dataset const& data) {
    tell("count pairs");
    auto const baskets = all_of(data);
    auto items = count_items(data, baskets);
    if (!items) return tl::unexpected(items.error());
    auto rows = SpilledRows::create(folder_);
    if (!rows) return tl::unexpected(rows.error());
    if (auto const counted = count_pairs(data, baskets, {}, *items, pair_options(), **rows); !counted) return counted;
    parts_.push_back({std::move(*items), std::move(*rows)});
    return {};
  }

  Result<void> merge_parts() {
    tell_repeated();
    if (auto const once = refuse_twice(); !once) return once;
    tell("merge shares");
    result_.shares = static_cast<std::uint32_t>(parts_.size());
    std::vector<Counts> items;
    for (auto const& part : parts_) items.push_back(part.items);
    auto sum = merge(items);
    if (!sum) return tl::unexpected(sum.error());
    sum->sources = all_sources(sources_);
    if (auto const any = note_left_out(bad_, left_out_, returns_, netted_, options_.limits, sum->baskets > 0); !any)
      return any;
    std::vector<std::vector<std::uint32_t>> place(parts_.size());
    for (std::size_t n = 0; n < parts_.size(); ++n) {
      std::uint32_t at = 0;
      for (auto const& item : parts_[n].items.items) {
        while (sum->items[at].sku != item.sku) ++at;  // both ascend
        place[n].push_back(at);
      }
    }
    return write(*sum, [&](PairSink& sink) {
      return merge_rows(parts_, place, static_cast<std::uint32_t>(sum->items.size()), sink);
    });
  }

  Result<void> write(Counts const& items, std::function<Result<void>(PairSink&)> const& produce) {
    tell_strays();
    result_.baskets = items.baskets;
    result_.items = items.items.size();
    return write_file(out_, [&](Put const& put) -> Result<void> {
      CountsWriter writer(items, put);
      if (auto const produced = produce(writer); !produced) return produced;
      result_.pairs = writer.pairs();
      return writer.finish();
    });
  }

  std::vector<std::string> const& files_;
  std::string const& out_;
  CountFilesOptions const& options_;
  BadRows& bad_;
  Progress const& progress_;
  std::uint64_t memory_;
  std::string folder_;
  bool outgrown_ = false;
  std::uint64_t returns_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint64_t netted_ = 0;
  std::vector<NamedSources> sources_;
  std::vector<RepeatedDays> repeated_;  ///< by file, of the shares read
  std::vector<Part> parts_;
  CountedFiles result_;
};

}  // namespace

Result<CountedFiles> count_files(std::vector<std::string> const& files, std::string const& out,
                                 CountFilesOptions const& options, BadRows& bad, Progress const& progress) {
  return Job(files, out, options, bad, progress).run();
}

}  // namespace tillcue::models
