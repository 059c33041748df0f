#include "word_line.hpp"

#include <utility>

#include "link_parts.hpp"

namespace tillcue::terminal {

Result<std::unique_ptr<WordLine>> WordLine::open(Config const& config, Log const& log,
                                                 Uplink::Callbacks const& callbacks) {
  auto keys = believed_keys(config, log, callbacks.keys_word());
  if (!keys) return tl::unexpected(keys.error());
  auto const options = agent_options(config);
  auto link = open_link(config, options, callbacks.clock());
  if (!link) return tl::unexpected(link.error());
  std::unique_ptr<WordLine> line(new WordLine);
  line->link_ = std::move(*link);
  line->listener_ = std::make_unique<sync::WordListener>(
      *line->link_, std::move(*keys), options,
      sync::AgentCallbacks{
          .post = callbacks.post,
          .clock = callbacks.clock,
          .on_bundle = {},
          .on_error =
              [&log](Error const& error) {
                log.warning("sync.trouble", {{"error", error.what}});
              },
          .counters = {},
          .held_number = [held = callbacks.held_number](
                             auto kind, auto const& scope) { return held(sync::held_name(kind, scope)); },
          .on_word = callbacks.on_word,
          .holding = callbacks.holding});
  line->listener_->start();
  return line;
}

WordLine::~WordLine() {
  if (listener_) listener_->stop(std::chrono::milliseconds{300});
}

}  // namespace tillcue::terminal
