package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that are recommended mean the mesh that recommends them. */
class StateFolderTest {
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "/run/ambit,,''",
                "/run/ambit,'',''",
                "/run/other,/run/other,''",
                "/run/other,, --state /run/other",
                "/run/ambit,/run/other, --state /run/ambit",
                "/run/my mesh,, --state \"/run/my mesh\"",
            })
    void folderIsNamedWhereAnotherWouldBeMeant(Path folder, String environment, String option) {
        assertThat(new StateFolder(folder).option(environment)).isEqualTo(option.replace('"', '\''));
    }
}
