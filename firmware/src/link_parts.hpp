#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::terminal {

/// What a terminal goes to head office with. `config.sync` is there.
sync::AgentOptions agent_options(Config const& config);

/// Errors  those of make_paho_link.
Result<std::unique_ptr<sync::MqttLink>> open_link(Config const& config, sync::AgentOptions const& options,
                                                  sync::Moment now);

/// The keys of the files, or those that head office has named since in their place (`keys_word`, its last word of
/// them). A terminal whose files are others than they were then believes its files: whoever stands at the machine has
/// the last word.  Errors  the first file that does not serve.
Result<sync::KeyRing> believed_keys(Config const& config, Log const& log, std::string const& keys_word);

/// What is wrong with the files that connecting needs, each "setting: FILE: fault; mend".
std::vector<std::string> link_faults(Config const& config, Timestamp now);

}  // namespace tillcue::terminal
