#include "tillcue/models/import_csv.hpp"

#include <cstdio>
#include <limits>
#include <string_view>
#include <utility>

#include "tillcue/core/sku.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/transactions.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kPiece = 1U << 18U;

/// A field that holds a comma, a quote or a line end is put in quotes.  Source  RFC 4180.
void put_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char const c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// Collects the good rows as baskets, to find sales that are there twice.
class TwiceCheck {
 public:
  explicit TwiceCheck(std::uint64_t memory) : reader_(limits(memory)) {}

  void begin_file(std::string const& name) { rows_ = fits_ ? &reader_.open_rows(name) : nullptr; }
  void row(SaleText const& row, RowNames const& names) {
    if (rows_ == nullptr) return;
    rows_->bad().count_row();
    rows_->row(row, names);
  }
  void end_file() {
    if (rows_ != nullptr) fits_ = reader_.close_rows().has_value();
    rows_ = nullptr;
  }
  /// Errors  invalid: two of the files hold the same sales.
  Result<void> judge(std::vector<std::string> const& files, bool allow_duplicates, BadRows& bad) {
    auto const all = fits_;
    for (auto const& note : reader_.bad().first_notes()) bad.note(note);
    if (!all) {
      bad.note("transactions: too many for this machine's memory to look for the same sales twice; give fewer files");
      return {};
    }
    if (files.size() < 2 || allow_duplicates) return {};
    auto const data = reader_.finish();
    if (!data) return {};  // nothing was bought: returns only
    return refuse_duplicates(sources_by_file(*data, files), kGiveOnce);
  }

 private:
  static TransactionLimits limits(std::uint64_t memory) {
    TransactionLimits limits;
    limits.bad_rows = 1;  // what is bad does not come here
    limits.basket_items = std::numeric_limits<std::size_t>::max();
    limits.threads = 1;
    limits.want_strays = true;
    limits.memory = memory > 0 ? memory : half_of_memory();
    return limits;
  }

  TransactionReader reader_;
  RowSink* rows_ = nullptr;
  bool fits_ = true;
};

/// Writes good rows as CSV; what cannot be written is remembered, for a sink has no way to stop its reader.
class CsvSink final : public RowSink {
 public:
  CsvSink(Put const& put, TwiceCheck& check, BadRows& bad) : put_(put), check_(check), bad_(bad) {
    text_ = kSalesFile.begins;
  }

  /// `number` of several files; 0 when there is only one.
  void begin_file(std::string name, std::size_t number) {
    name_ = std::move(name);
    prefix_ = number > 0 ? std::to_string(number) + ':' : "";
  }
  void row(SaleText const& row, RowNames const& names) override {
    SaleFields fields;
    if (auto const complaint = understand(row, names, known_, fields)) return bad_.add(name_, row.line, *complaint);
    if (fields.kind != TimeKind::none) known_ = fields.kind;
    check_.row(row, names);
    summary.returns += fields.quantity_milli <= 0 ? 1 : 0;
    ++summary.rows;
    put_field(text_, basket_id(row.basket));
    for (auto const field : {row.customer, row.time, row.sku, row.quantity, row.price}) {
      text_ += ',';
      put_field(text_, field);
    }
    text_ += '\n';
    if (text_.size() >= kPiece) flush();
  }
  BadRows& bad() override { return bad_; }

  void flush() {
    if (written) written = put_(text_);
    text_.clear();
  }

  ImportSummary summary;
  Result<void> written;  ///< the first fault in writing

 private:
  [[nodiscard]] std::string basket_id(std::string_view id) const {
    auto whole = prefix_ + std::string(id);
    if (whole.size() <= kMaxIdentifier) return whole;
    char text[32];
    std::snprintf(text, sizeof text, "id-%016llx", static_cast<unsigned long long>(mix(basket_key(id))));
    return prefix_ + text;
  }

  Put const& put_;
  TwiceCheck& check_;
  BadRows& bad_;
  std::string name_;
  std::string prefix_;
  std::string text_;
  TimeKind known_ = TimeKind::none;
};

Result<ImportSummary> write_rows(std::vector<std::string> const& files, ImportCsvOptions const& options, Put const& put,
                                 BadRows& bad) {
  TwiceCheck check(options.memory);
  CsvSink sink(put, check, bad);
  for (std::size_t n = 0; n < files.size(); ++n) {
    sink.begin_file(files[n], files.size() > 1 ? n + 1 : 0);
    check.begin_file(files[n]);
    if (auto const read = read_sales(files[n], options.format, sink); !read) return tl::unexpected(read.error());
    check.end_file();
    if (!sink.written) return tl::unexpected(sink.written.error());
  }
  if (auto const judged = bad.judge(options.bad_rows, "transactions"); !judged) return tl::unexpected(judged.error());
  if (sink.summary.rows == 0) {
    auto const others = files.size() > 1 ? " and " + counted(files.size() - 1, "more file") : std::string();
    return fail(Code::invalid, files.front() + others + ": not one row; is this the right file?");
  }
  if (auto const once = check.judge(files, options.allow_duplicates, bad); !once) return tl::unexpected(once.error());
  sink.flush();
  if (!sink.written) return tl::unexpected(sink.written.error());
  return sink.summary;
}

}  // namespace

Result<ImportSummary> import_csv(std::vector<std::string> const& files, ImportCsvOptions const& options,
                                 std::string const& out, BadRows& bad) {
  ImportSummary summary;
  auto const done = write_file(out, [&](Put const& put) -> Result<void> {
    auto const written = write_rows(files, options, put, bad);
    if (!written) return tl::unexpected(written.error());
    summary = *written;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return summary;
}

}  // namespace tillcue::models
