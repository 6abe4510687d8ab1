//! The registrar's answer in writing. The letters are in German, the language of the procedure.

use domain::Timestamp;

/// The letter to who is admitted.
pub(super) fn admission(firm: &str, submitted: Option<Timestamp>, now: Timestamp) -> String {
    format!(
        "{}\n\nwir lassen Sie ab sofort als Vertriebsplattform zur Teilnahme am Netzwerk zu. Zulassung und Erlaubnis sind in Ihrer \
         Teilnahme vermerkt; neue Anlagen werden nur angenommen, solange eine Erlaubnis vorliegt, die das jeweilige Produkt umfasst.\n\n\
         Der Registerführer\n",
        head(firm, "Zulassung zur Teilnahme", submitted, now)
    )
}

/// The letter to who is refused; its reasons are the decision's own words.
pub(super) fn refusal(
    firm: &str,
    submitted: Option<Timestamp>,
    now: Timestamp,
    reason: &str,
) -> String {
    format!(
        "{}\n\nwir lehnen Ihren Antrag nach umfassender Risikoanalyse ab (§ 18 Absatz 2 eWpRV).\n\nGründe:\n\n{reason}\n\n\
         Gegen diese Entscheidung können Sie sich bei der Bundesanstalt für Finanzdienstleistungsaufsicht (BaFin), \
         Graurheindorfer Straße 108, 53117 Bonn, beschweren. Sie können jederzeit erneut einen Antrag stellen.\n\nDer Registerführer\n",
        head(firm, "Ablehnung der Teilnahme", submitted, now)
    )
}

fn head(firm: &str, subject: &str, submitted: Option<Timestamp>, now: Timestamp) -> String {
    let submitted = submitted.unwrap_or(now).berlin_date();
    format!(
        "{firm}\n\n{}\n\n{subject}: Ihr Antrag vom {submitted}\n\nSehr geehrte Damen und Herren,",
        now.berlin_date()
    )
}
