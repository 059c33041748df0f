#include "tillcue/models/import_csv.hpp"

#include <cstdio>
#include <string_view>
#include <utility>

#include "tillcue/core/sku.hpp"

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

/// Writes good rows as CSV; what cannot be written is remembered, for a sink has no way to stop its reader.
class CsvSink final : public RowSink {
 public:
  CsvSink(Put const& put, BadRows& bad) : put_(put), bad_(bad) {
    text_ = "basket_id,customer_id,timestamp,sku,quantity,unit_price\n";
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
  BadRows& bad_;
  std::string name_;
  std::string prefix_;
  std::string text_;
  TimeKind known_ = TimeKind::none;
};

Result<ImportSummary> write_rows(std::vector<std::string> const& files, ImportOptions const& options,
                                 BadRowLimit const& limit, Put const& put, BadRows& bad) {
  CsvSink sink(put, bad);
  for (std::size_t n = 0; n < files.size(); ++n) {
    sink.begin_file(files[n], files.size() > 1 ? n + 1 : 0);
    if (auto const read = read_sales(files[n], options, sink); !read) return tl::unexpected(read.error());
    if (!sink.written) return tl::unexpected(sink.written.error());
  }
  if (auto const judged = bad.judge(limit, "transactions"); !judged) return tl::unexpected(judged.error());
  if (sink.summary.rows == 0) return fail(Code::invalid, "transactions: not one row; is this the right file?");
  sink.flush();
  if (!sink.written) return tl::unexpected(sink.written.error());
  return sink.summary;
}

}  // namespace

Result<ImportSummary> import_csv(std::vector<std::string> const& files, ImportOptions const& options,
                                 BadRowLimit const& limit, std::string const& out, BadRows& bad) {
  ImportSummary summary;
  auto const done = write_file(out, [&](Put const& put) -> Result<void> {
    auto const written = write_rows(files, options, limit, put, bad);
    if (!written) return tl::unexpected(written.error());
    summary = *written;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return summary;
}

}  // namespace tillcue::models
