//! How platforms take part in the network.

use domain::{Broker, Participation, PlatformId};
use wire::participation as out;

use crate::applications::show_licence;

/// A platform's standing as the network answers it.
pub fn show(id: PlatformId, name: &str, broker: &Broker) -> out::Participation {
    out::Participation {
        platform_id: id.uuid(),
        company_name: name.to_owned(),
        standing: standing(broker.participation),
        licence: broker.licence.as_ref().map(show_licence),
    }
}

fn standing(participation: Participation) -> out::Standing {
    match participation {
        Participation::Applying => out::Standing::Applying,
        Participation::Admitted => out::Standing::Admitted,
        Participation::Suspended => out::Standing::Suspended,
        Participation::Left => out::Standing::Left,
        Participation::Refused => out::Standing::Refused,
    }
}
