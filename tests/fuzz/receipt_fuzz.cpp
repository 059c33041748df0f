#include <cstdint>
#include <cstdlib>
#include <span>

#include "proxy/slip_collector.hpp"
#include "tillcue/pos/code_table_learner.hpp"
#include "tillcue/pos/printed_text.hpp"
#include "tillcue/pos/printer_state.hpp"
#include "tillcue/pos/receipt.hpp"

using namespace tillcue::pos;

namespace {

PrinterState state_behind(PrinterState state, std::span<std::byte const> bytes) {
  Tokenizer tokenizer;
  auto const sink = [&](Token const& token) { state.take(token); };
  tokenizer.feed(bytes, sink);
  tokenizer.finish(sink);
  return state;
}

/// Whatever the POS sent, a slip behind it leaves the printer as it was.
void restores(std::span<std::byte const> stream) {
  auto const state = state_behind({}, stream);
  std::byte const slip[] = {std::byte{0x1B}, std::byte{'t'},  std::byte{17},  std::byte{0x1D},
                            std::byte{'!'},  std::byte{0x11}, std::byte{'a'}, std::byte{'\n'},
                            std::byte{0x1D}, std::byte{'h'},  std::byte{80}};
  auto const after = state_behind(state, wrapped(slip, state, 0));
  if (!after.to(state, 0).empty() || after.code_page(0) != state.code_page(0)) std::abort();
}

void slips_do_not_depend_on_cuts_of_the_stream(std::span<std::byte const> stream) {
  auto const profile = find_profile("epson-tm-t20");
  std::size_t whole = 0, bytewise = 0;
  SlipCollector one(*profile, {}), many(*profile, {});
  one.reset({});
  many.reset({});
  one.feed(stream, {[&](Receipt const& r) { whole += 1 + r.items.size(); }, {}});
  for (std::size_t n = 0; n < stream.size(); ++n) {
    many.feed(stream.subspan(n, 1), {[&](Receipt const& r) { bytewise += 1 + r.items.size(); }, {}});
  }
  if (whole != bytewise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const stream = std::as_bytes(std::span(data, size));
  restores(stream);
  slips_do_not_depend_on_cuts_of_the_stream(stream);
  auto const dialect = dialect_of(stream);
  auto const printed = read_printed(stream, *find_profile("epson-tm-t88"), Letters::plain, dialect);
  ReceiptLayout layout;
  layout.digits = size % 3 == 0 ? 0 : 2;
  if (size % 5 == 0) layout.name_at = layout.total_at = ColumnSpan{0, 20};
  auto const receipt = read_receipt(printed.lines, layout);
  if (receipt.items.size() > 500) std::abort();
  if (receipt.kind == SlipKind::sale && (!receipt.total_minor || receipt.items.empty())) std::abort();
  HeardWords words;
  (void)words.take(stream, dialect);
  auto const fit = fit_code_table(words.all(), CodeTable::cp437, [](auto const& take) { take("Молоко Käse"); });
  if (words.all().size() > HeardWords::kMost || fit.known > fit.heard || fit.before > fit.known) std::abort();
  (void)parse_layout({reinterpret_cast<char const*>(data), size}, "fuzz");
  return 0;
}
