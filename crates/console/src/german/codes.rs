//! What each code of the catalogue says in German: a title, and a sentence where nothing more is known of the case.

use wire::ProblemCode::{self, *};

/// Title and sentence. The list is complete, or this does not compile.
pub(super) const fn texts(code: ProblemCode) -> (&'static str, &'static str) {
    match code {
        InvalidJson => (
            "Die Eingabe ist kein JSON",
            "Die Eingabe konnte nicht gelesen werden.",
        ),
        InvalidEncoding => (
            "Die Eingabe ist kein UTF-8",
            "Die Eingabe enthält Zeichen, die nicht gelesen werden können.",
        ),
        InvalidBody => (
            "Bitte prüfen Sie Ihre Angaben",
            "Eine oder mehrere Angaben fehlen oder sind so nicht möglich.",
        ),
        InvalidParameter => (
            "Die Adresse ist nicht richtig",
            "Ein Teil der Adresse hat einen Wert, den es nicht gibt.",
        ),
        UnknownField => (
            "Unbekannte Angabe",
            "Die Eingabe enthält ein Feld, das es nicht gibt.",
        ),
        InvalidIdempotencyKey => (
            "Das Formular ist beschädigt",
            "Laden Sie die Seite neu und wiederholen Sie die Eingabe.",
        ),
        TokenMissing => (
            "Anmeldung nötig",
            "Melden Sie sich an und versuchen Sie es erneut.",
        ),
        TokenInvalid => (
            "Der Zugang gilt hier nicht",
            "Der Zugang gehört nicht hierher oder wurde entzogen.",
        ),
        TokenExpired => ("Der Zugang ist abgelaufen", "Melden Sie sich erneut an."),
        SignInRefused => (
            "Die Anmeldung wurde abgelehnt",
            "Adresse, Passwort oder Code stimmen nicht; was davon, wird nicht gesagt.",
        ),
        SessionEnded => (
            "Die Sitzung ist beendet",
            "Niemand ist angemeldet, oder nicht mehr. Melden Sie sich an und versuchen Sie es erneut.",
        ),
        FormExpired => (
            "Das Formular ist abgelaufen",
            "Das Formular gehört nicht zu Ihrer jetzigen Sitzung. Laden Sie die Seite neu und wiederholen Sie die Eingabe.",
        ),
        InsufficientScope => (
            "Dafür fehlt das Recht",
            "Ihre Rolle erlaubt das nicht. Wer Ihre Mitglieder verwaltet, kann sie ändern.",
        ),
        AcceptMandateMissing => (
            "Kein Auftrag zur Annahme",
            "Investments dieser Kampagne nimmt nur der Emittent an.",
        ),
        PaymentMandateMissing => (
            "Kein Auftrag zur Zahlungsmeldung",
            "Zahlungen dieser Kampagne bestätigt nur der Emittent.",
        ),
        AddressNotAllowed => (
            "Von hier aus nicht erlaubt",
            "Der Zugang ist an Netze gebunden, und diese Anfrage kommt aus einem anderen.",
        ),
        NotPermitted => (
            "Nicht erlaubt",
            "Die Organisation, für die Sie handeln, kann das nicht tun.",
        ),
        NotFound => (
            "Nicht gefunden",
            "Das gibt es hier nicht, oder es gehört jemand anderem.",
        ),
        MethodNotAllowed => (
            "So nicht möglich",
            "Diese Seite nimmt keine solche Anfrage an.",
        ),
        RequestTimeout => (
            "Es hat zu lange gedauert",
            "Die Anfrage wurde nicht rechtzeitig fertig. Wiederholen Sie sie.",
        ),
        InvestmentState => (
            "Der Status des Investments lässt das nicht zu",
            "In diesem Status ist das nicht möglich.",
        ),
        IdempotencyInFlight => (
            "Es wird noch gearbeitet",
            "Dieselbe Eingabe wird gerade bearbeitet. Warten Sie einen Moment.",
        ),
        WalletAddressTaken => (
            "Die Adresse ist vergeben",
            "Diese Wallet-Adresse ist in dieser Umgebung schon hinterlegt.",
        ),
        WalletChallengeUsed => (
            "Die Aufforderung ist verbraucht",
            "Jede Aufforderung wird einmal beantwortet; fordern Sie eine neue an.",
        ),
        WalletChallengeExpired => (
            "Die Aufforderung gilt nicht mehr",
            "Die Aufforderung ist zu alt, oder die Wallet soll inzwischen eine andere Adresse haben; fordern Sie eine neue an.",
        ),
        WalletInUse => (
            "Die Wallet wird benutzt",
            "Für die Wallet sind Stücke eingetragen oder auf dem Weg zu ihr; die Adresse wechselt dann durch eine Umtragung.",
        ),
        R17Duplicate => (
            "Die Weisung wurde schon erteilt",
            "Diese unterschriebene Weisung liegt bereits vor; eine neue braucht eine andere Nummer (nonce).",
        ),
        R18NotFinal => (
            "Die Stücke sind noch nicht beim Emittenten",
            "Die Umtragung auf den Emittenten ist noch nicht endgültig; was danach kommt, muss warten.",
        ),
        RedemptionState => (
            "Der Stand der Rücknahme lässt das nicht zu",
            "Eine Rücknahme wird bezahlt, auf den Emittenten umgetragen und gelöscht, in dieser Reihenfolge.",
        ),
        ConsentUsed => (
            "Auf der Zustimmung beruht eine Übertragung",
            "Der Inhaber hat eine Übertragung angewiesen, die auf ihr beruht; widerrufen lässt sie sich nur, wenn diese scheitert.",
        ),
        Conflict => ("Widerspruch", "Das widerspricht dem gegenwärtigen Stand."),
        LastManager => (
            "Niemand könnte mehr Mitglieder verwalten",
            "Die letzte Person, die Mitglieder verwaltet, kann weder entfernt werden noch eine andere Rolle bekommen.",
        ),
        IssuerExists => (
            "Den Emittenten gibt es schon",
            "Es gibt einen Emittenten mit dieser Firma; eine Firma ist ein Emittent des Netzwerks.",
        ),
        ProductState => (
            "Der Status des Produkts lässt das nicht zu",
            "In diesem Status ist das mit dem Produkt nicht möglich.",
        ),
        TermsNotDeposited => (
            "Die Emissionsbedingungen fehlen",
            "Ein Kryptowertpapier wird eingetragen, nachdem seine Bedingungen niedergelegt sind (§ 5 eWpG): Das Produkt braucht ein Dokument der Art TERMS oder ISSUANCE.",
        ),
        TermsNotCurrent => (
            "Andere Bedingungen sind niedergelegt",
            "Die Bedingungen des Produkts sind nicht die der zuletzt niedergelegten Fassung; sie werden niedergelegt, indem das Produkt geändert wird (§ 5 eWpG).",
        ),
        NetworkNotStated => (
            "Die Betreiber des DLT-Netzwerks sind nicht angegeben",
            "Ein elektronisches Wertpapier wird nur auf einem Netzwerk mehrerer Betreiber eingetragen, deren Kontrolle einem festgelegten Muster folgt; die Konfiguration gibt sie nicht an (§ 4 Abs. 11 eWpG).",
        ),
        AlreadyListed => (
            "Das Produkt ist dort schon gelistet",
            "Dieses Produkt ist bei dieser Plattform schon gelistet.",
        ),
        StatementNotReady => (
            "Der Auszug wird erstellt",
            "Das Dokument ist gleich fertig; versuchen Sie es in einem Augenblick noch einmal.",
        ),
        CheckpointForked => (
            "Der Prüfpunkt gehört zu einer Abspaltung",
            "Das Register hatte mit so vielen Eintragungen nie diese Wurzel: Wer sie unterschrieben hat, hat ein anderes Register gesehen.",
        ),
        WitnessUnknown => (
            "Kein bekannter Zeuge hat unterschrieben",
            "Keine der Unterschriften ist von einem Zeugen, dessen Schlüssel die registerführende Stelle hinterlegt hat.",
        ),
        RegisterHandedOver => (
            "Das Register wird nicht hier geführt",
            "Das Register wurde einer anderen registerführenden Stelle übergeben oder liegt hier nur zum Lesen; es wird nichts mehr eingetragen (§§ 21, 22 eWpG).",
        ),
        InspectionNotGranted => (
            "Die Einsicht ist nicht gewährt",
            "Was eine Einsicht zeigt, kann gelesen werden, sobald eine zweite Person der registerführenden Stelle sie bestätigt hat.",
        ),
        StatementCollectiveEntry => (
            "Kein Auszug für Sammeleintragungen",
            "Die Eintragung eines Verwahrers ist eine Sammeleintragung; Registerauszüge gibt es für Einzeleintragungen (§ 19 eWpG).",
        ),
        DeliveryStarted => (
            "Die Lieferung läuft",
            "Die Stücke werden geliefert; die Änderung kommt zu spät.",
        ),
        CancellationPeriodOver => (
            "Die Widerrufsfrist ist vorbei",
            "Der Anleger kann von diesem Investment nicht mehr zurücktreten.",
        ),
        CancellationRefused => (
            "Das Investment kann nicht storniert werden",
            "Status oder Produkt des Investments lassen keinen Rücktritt zu.",
        ),
        FourEyesRequired => (
            "Eine andere Person muss bestätigen",
            "Eine Entscheidung wird wirksam, wenn jemand anderes sie bestätigt als wer sie vorgeschlagen hat.",
        ),
        DecisionClosed => (
            "Die Entscheidung ist abgeschlossen",
            "Die Entscheidung wurde schon bestätigt oder zurückgezogen.",
        ),
        ParticipationState => (
            "Der Stand der Plattform lässt das nicht zu",
            "Beim jetzigen Stand ihrer Teilnahme ist das nicht möglich.",
        ),
        Erased => (
            "Die Daten sind gelöscht",
            "Die Daten der Person wurden endgültig gelöscht; was das Register behalten muss, bleibt ohne sie bestehen.",
        ),
        LinkInvalid => (
            "Der Link gilt nicht mehr",
            "Der Link wurde benutzt, zurückgezogen oder ist zu alt.",
        ),
        ApplicationState => (
            "Der Status des Antrags lässt das nicht zu",
            "In diesem Status ist das mit dem Antrag nicht möglich.",
        ),
        ApplicationDuplicate => (
            "Die Firma hat sich schon beworben",
            "Die Firma nimmt schon teil, oder ein anderer Antrag von ihr ist offen.",
        ),
        AssetRequestState => (
            "Der Status der Anfrage lässt das nicht zu",
            "In diesem Status ist das mit der Anfrage nicht möglich.",
        ),
        AssetRequestDuplicate => (
            "Nach diesem Wert wurde schon gefragt",
            "Die Plattform hat eine offene Anfrage zu diesem Wert; ziehen Sie sie zuerst zurück.",
        ),
        DomainNotProven => (
            "Die Domain ist nicht nachgewiesen",
            "Legen Sie das Token dort ab, wo wir es suchen, lassen Sie es prüfen und reichen Sie dann ein.",
        ),
        BodyTooLarge => (
            "Die Eingabe ist zu groß",
            "Die Eingabe oder die Datei ist größer als erlaubt.",
        ),
        UnsupportedMediaType => (
            "Diese Art von Eingabe wird nicht gelesen",
            "Die Eingabe hat eine Form, die diese Seite nicht liest.",
        ),
        DocumentTypeNotAccepted => (
            "Diese Art von Datei wird nicht angenommen",
            "Der Inhalt der Datei ist von keiner angenommenen Art, oder nicht von der, die ihr Name behauptet. Angenommen werden PDF und Bilder.",
        ),
        IdempotencyKeyReused => (
            "Das Formular wurde schon gesendet",
            "Laden Sie die Seite neu, bevor Sie etwas anderes senden.",
        ),
        UsTaxNotAccepted => (
            "US-Steuerpflichtige werden nicht angenommen",
            "Anleger, die der US-Steuer unterliegen, können nicht angelegt werden.",
        ),
        UnitsBelowMinimum => (
            "Zu wenige Stücke",
            "Die Kampagne hat eine Mindestmenge, die nicht erreicht wird.",
        ),
        UnitsAboveMaximum => (
            "Zu viele Stücke",
            "Die Kampagne hat eine Höchstmenge, die überschritten wird.",
        ),
        UnitsOffStep => (
            "Die Stückzahl passt nicht zur Stückelung",
            "Bestellt werden Vielfache der Stückelung.",
        ),
        AllocationExceeded => (
            "Das Kontingent ist ausgeschöpft",
            "Die Kampagne hat nicht mehr so viele Stücke.",
        ),
        PersonsExceeded => (
            "Weitere Personen können nicht zeichnen",
            "Das Angebot richtet sich an eine begrenzte Zahl von Personen, und so viele haben gezeichnet. Wer gezeichnet hat, kann es wieder tun.",
        ),
        CampaignNotOpen => (
            "Die Kampagne ist noch nicht offen",
            "Die Kampagne beginnt später.",
        ),
        CampaignClosed => (
            "Die Kampagne ist beendet",
            "Die Kampagne nimmt keine Bestellungen mehr an.",
        ),
        RequiredDocumentMissing => (
            "Ein verlangtes Dokument fehlt",
            "Die Kampagne verlangt ein unterschriebenes Dokument, das nicht dabei ist.",
        ),
        WalletNotAccepted => (
            "Die Wallet kann nicht benutzt werden",
            "Die Wallet empfängt nicht, ist gesperrt oder gehört nicht zum Netzwerk des Produkts.",
        ),
        WalletNotOfInvestor => (
            "Die Wallet gehört nicht dem Anleger",
            "Stücke gehen an eine Wallet des Anlegers selbst.",
        ),
        ManagedWalletNotAvailable => (
            "Verwahrte Wallets gibt es hier nicht",
            "Dieser Registerführer hält keine Schlüssel für Anleger; hinterlegen Sie eine eigene Adresse des Anlegers.",
        ),
        CustodyTermsNotAccepted => (
            "Die Verwahrbedingungen sind nicht angenommen",
            "Der Anleger muss die geltenden Verwahrbedingungen annehmen, bevor eine Wallet für ihn verwahrt wird.",
        ),
        WalletUnproven => (
            "Die Kontrolle über die Adresse ist nicht nachgewiesen",
            "Die Wallet erhält Stücke, sobald nachgewiesen ist, dass der Anleger ihren Schlüssel hat.",
        ),
        WalletChanging => (
            "Die Adresse der Wallet wechselt",
            "Bis zum Wechsel, oder bis er zurückgenommen wird, kommt nichts herein.",
        ),
        WalletProofInvalid => (
            "Die Unterschrift weist die Kontrolle nicht nach",
            "Sie ist nicht vom Schlüssel dieser Adresse über genau diese Aufforderung, oder der Vertrag der Wallet lehnt sie ab.",
        ),
        WalletSignatureMalleable => (
            "Die Unterschrift hat nicht die übliche Form",
            "Ihr Wert s muss in der unteren Hälfte liegen (EIP-2).",
        ),
        WalletNotAContract => (
            "An der Adresse ist kein Vertrag",
            "Der Weg eip1271 ist für Wallets, die Verträge im Netzwerk sind; unterschreiben Sie mit eip191 oder eip712.",
        ),
        WalletContractUnusable => (
            "Der Vertrag der Wallet antwortet nicht",
            "Er bricht ab, verbraucht zu viel oder antwortet anders, als EIP-1271 es sagt.",
        ),
        WebhookAddressNotAllowed => (
            "Die Webhook-Adresse ist nicht erlaubt",
            "Die Adresse ist nicht https oder führt dorthin, wohin nicht gesendet werden darf.",
        ),
        ProductNotListed => (
            "Das Produkt ist nicht gelistet",
            "Die Anleger dieser Plattform dürfen das Produkt nicht halten.",
        ),
        R01NoAgreement => (
            "Der Empfänger hat nicht zugestimmt",
            "Die Wallet des Empfängers nimmt keine Übertragungen an.",
        ),
        R02NoInstruction => (
            "Der Inhaber hat keine Weisung erteilt",
            "Der Inhaber muss die Übertragung mit dem Schlüssel der abgebenden Wallet unterschreiben.",
        ),
        R03BadAuth => (
            "Die Weisung ist nicht zuzuordnen",
            "Die Unterschrift gehört nicht zur abgebenden Wallet und genau dieser Übertragung, oder ihre Frist ist abgelaufen.",
        ),
        KeyUnknown => (
            "Der Schlüssel ist nicht registriert",
            "Der Anleger hat keinen registrierten Schlüssel mit dieser Kennung, oder sein Besitz wurde nicht nachgewiesen.",
        ),
        KeyRevoked => (
            "Der Schlüssel ist widerrufen",
            "Der Schlüssel wurde vor Eingang der Weisung widerrufen; es muss mit einem anderen angewiesen werden.",
        ),
        KeyExpired => (
            "Der Schlüssel ist abgelaufen",
            "Die Gültigkeit des Schlüssels war bei Eingang der Weisung vorüber.",
        ),
        KeyNotYetValid => (
            "Der Schlüssel ist noch nicht gültig",
            "Die Gültigkeit des Schlüssels hatte bei Eingang der Weisung noch nicht begonnen.",
        ),
        KeyProofInvalid => (
            "Die Unterschrift weist den Besitz nicht nach",
            "Die Unterschrift stammt nicht von diesem Schlüssel über genau den Text der Aufgabe.",
        ),
        KeyChallengeExpired => (
            "Die Aufgabe ist abgelaufen",
            "Der Schlüssel muss noch einmal registriert und die neue Aufgabe unterschrieben werden.",
        ),
        AuthorityUnproven => (
            "Wer für das Unternehmen handelt, ist nicht nachgewiesen",
            "Für die handelnde Person ist kein Vertretungsnachweis hinterlegt, und kein Mandat der Plattform deckt die Weisung.",
        ),
        AuthorityExpired => (
            "Der Vertretungsnachweis ist abgelaufen",
            "Es muss ein gültiger Vertretungsnachweis hinterlegt werden.",
        ),
        AuthorityNotApplicable => (
            "Ein Vertretungsnachweis kommt nicht in Betracht",
            "Eine natürliche Person handelt für sich selbst.",
        ),
        WrongAsset => (
            "Die Unterschrift gilt für ein anderes Wertpapier",
            "Unterschrieben wurde mit dem Token eines anderen Wertpapiers.",
        ),
        WrongNetwork => (
            "Die Unterschrift gilt für ein anderes Netz",
            "Unterschrieben wurde mit der Kennung eines anderen DLT-Netzes.",
        ),
        R04KnownNotEntitled => (
            "Der Inhaber ist nicht berechtigt",
            "Der Registerführung ist bekannt, dass der Inhaber über diese Einheiten nicht verfügen darf.",
        ),
        R05ThirdPartyMustInstruct => (
            "Ein Dritter muss anweisen",
            "An diesen Einheiten ist das Recht eines Dritten eingetragen; dieser weist an Stelle des Inhabers an.",
        ),
        R06NoBeneficiaryAssurance => (
            "Die Zustimmung des Begünstigten ist nicht versichert",
            "An diesen Einheiten ist eine Beschränkung eingetragen; der Inhaber muss versichern, dass der Begünstigte zustimmt.",
        ),
        R07CompanyConsent => (
            "Die Gesellschaft hat nicht zugestimmt",
            "Diese Aktien werden nur mit Zustimmung der Gesellschaft übertragen, und für diese Übertragung ist keine vermerkt.",
        ),
        R08IssuerConsent => (
            "Der Emittent hat nicht zugestimmt",
            "Diese Änderung braucht die Zustimmung des Emittenten; wo sie verwahrt ist, muss gesagt werden.",
        ),
        R10Insufficient => (
            "Der Bestand reicht nicht",
            "In der Wallet sind weniger Stücke, die nicht schon durch frühere Weisungen gebunden sind.",
        ),
        R12Denomination => (
            "Kein Vielfaches der Stückelung",
            "Stücke dieses Produkts werden nur in Vielfachen seiner Stückelung übertragen.",
        ),
        R13EntryType => (
            "Die Art der Eintragung lässt das nicht zu",
            "Sammeleintragungen gibt es nur für Verwahrer und Wertpapiersammelbanken mit Erlaubnis, wenn die Bedingungen sie nicht ausschließen, und ohne Beschränkungen.",
        ),
        R14Unidentified => (
            "Eine Seite ist nicht identifiziert",
            "Beide Seiten müssen identifizierte Anleger dieser Umgebung sein, die Stücke halten dürfen.",
        ),
        R15Freeze => (
            "Eine Wallet ist gesperrt",
            "Eine der beiden Wallets ist gesperrt, oder Register und Netzwerk müssen erst abgeglichen werden.",
        ),
        R16TermsNotCurrent => (
            "Es gelten andere Bedingungen",
            "Die Weisung nennt eine Fassung der Bedingungen, die nicht gilt; lesen Sie die geltende und weisen Sie erneut an.",
        ),
        R19Lockup => (
            "Die Stücke sind noch gebunden",
            "Die Haltefrist der Bedingungen ist noch nicht abgelaufen.",
        ),
        AcquiredInGoodFaith => (
            "Die Stücke sind weitergegeben worden",
            "Jemand hat die Stücke seit der Eintragung erworben und darf sich auf das Register verlassen: Die Eintragung kann nicht rückgängig gemacht werden.",
        ),
        TransfersPaused => (
            "Übertragungen sind angehalten",
            "Der Registerführer hat Übertragungen dieses Produkts vorerst angehalten.",
        ),
        PlatformSuspended => (
            "Die Plattform ist ausgesetzt",
            "Eine ausgesetzte Plattform nimmt keine neuen Investments an; laufende gehen weiter.",
        ),
        PlatformNotAdmitted => (
            "Die Plattform ist nicht zugelassen",
            "Nur eine Plattform, die der Registerführer zugelassen hat, nimmt Investments an.",
        ),
        LicenceExpired => (
            "Die Erlaubnis ist abgelaufen",
            "Die Erlaubnis der Plattform ist abgelaufen; neue Investments sind möglich, sobald dem Registerführer die neue vorliegt.",
        ),
        LicenceDoesNotCover => (
            "Die Erlaubnis deckt das Produkt nicht",
            "Die Plattform hat keine geltende Erlaubnis, Produkte dieser Rechtsform zu vermitteln.",
        ),
        PlatformNotAllowed => (
            "Die Plattform ist nicht freigegeben",
            "Der Registerführer hat Listings dieses Emittenten bei dieser Plattform nicht freigegeben.",
        ),
        RegistryAccountMismatch => (
            "Das Registerkonto gehört einer anderen Firma",
            "Ein Emittent spiegelt das Registerkonto derselben Firma: Name, Handelsregister und Nummer müssen übereinstimmen.",
        ),
        LegalFormContradiction => (
            "Die Rechtsform passt nicht zum Produkt",
            "Die Rechtsform verträgt sich nicht mit der Art des Produkts oder damit, ob es unter das eWpG fällt.",
        ),
        BenefitingPersonNotApplicable => (
            "Keine wirtschaftlich Berechtigten",
            "Nur juristische Personen haben wirtschaftlich Berechtigte.",
        ),
        TooMany => ("Zu viele", "Es sind mehr, als auf einmal möglich sind."),
        AmountOverflow => (
            "Der Betrag ist zu groß",
            "Der Betrag, der sich ergibt, kann nicht dargestellt werden.",
        ),
        SignInPaused => (
            "Die Anmeldung ist angehalten",
            "Es gab zu viele Versuche für dieses Konto oder von dieser Adresse. Warten Sie; mit jedem weiteren Versuch dauert es länger.",
        ),
        RateLimited => (
            "Zu viele Anfragen",
            "Warten Sie einen Moment und versuchen Sie es erneut.",
        ),
        Internal => (
            "Ein Fehler bei uns",
            "Etwas ist bei uns schiefgegangen; nichts wurde geändert.",
        ),
        Unavailable => (
            "Gerade nicht verfügbar",
            "Das Netzwerk ist beschäftigt; nichts wurde geändert. Versuchen Sie es gleich noch einmal.",
        ),
    }
}
